//! What is known of one file between two looks.

use std::fs::Metadata;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::{PATIENCE, REST};
use crate::plugin::{Digest, Plugin};

/// How a file looked from outside. Any write changes it, also one that keeps size and time of change:
/// on Unix nobody can set the time of the last change of the file's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    status_changed: (i64, i64),
    #[cfg(unix)]
    inode: u64,
}

impl Stamp {
    /// Of a file that cannot be looked at. No file looks like this.
    const UNKNOWN: Self = Self {
        bytes: 0,
        modified: None,
        #[cfg(unix)]
        status_changed: (0, 0),
        #[cfg(unix)]
        inode: 0,
    };

    pub(super) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Self {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            status_changed: (metadata.ctime(), metadata.ctime_nsec()),
            #[cfg(unix)]
            inode: metadata.ino(),
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How long ago it was written, by its own account.
    fn age(&self) -> Duration {
        let elapsed = self.modified.and_then(|modified| modified.elapsed().ok());
        elapsed.unwrap_or_default()
    }
}

/// One file of the folder.
pub(super) struct Record {
    pub(super) stamp: Stamp,
    /// Since when it looks like this.
    since: Instant,
    missing_since: Option<Instant>,
    pub(super) verdict: Verdict,
    /// The verdict on the content before the last change, in case only the time of it changed.
    pub(super) last_verdict: Option<Verdict>,
    /// The content that was judged last.
    pub(super) digest: Option<Digest>,
}

/// What became of a file.
pub(super) enum Verdict {
    /// It has not come to rest, or it ends in the middle.
    Waiting,
    /// It is being judged.
    Judging,
    /// It serves.
    Served,
    /// It would serve if its name were free.
    NameTaken(Arc<Plugin>),
    /// It does not serve.
    Refused,
}

/// What may come of a file, the nearest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coming {
    /// Nothing more.
    Nothing,
    /// It has not come to rest.
    Restless,
    /// It is being judged.
    BeingJudged,
}

impl Record {
    /// A file seen for the first time. One that was written long ago has come to rest already.
    pub(super) fn new(stamp: Stamp, now: Instant) -> Self {
        let since = now.checked_sub(stamp.age().min(REST)).unwrap_or(now);
        Self {
            stamp,
            since,
            missing_since: None,
            verdict: Verdict::Waiting,
            last_verdict: None,
            digest: None,
        }
    }

    /// A file that cannot even be looked at.
    pub(super) fn refused(now: Instant) -> Self {
        Self { verdict: Verdict::Refused, ..Self::new(Stamp::UNKNOWN, now) }
    }

    /// Notes how the file looks now.
    pub(super) fn see(&mut self, stamp: Stamp, now: Instant) {
        self.missing_since = None;
        if self.stamp != stamp {
            self.stamp = stamp;
            self.since = now;
            let verdict = std::mem::replace(&mut self.verdict, Verdict::Waiting);
            if !matches!(verdict, Verdict::Waiting | Verdict::Judging) {
                self.last_verdict = Some(verdict);
            }
        }
    }

    /// Notes that the file is not there.
    pub(super) fn miss(&mut self, now: Instant) {
        self.missing_since.get_or_insert(now);
    }

    /// Whether the file has been missing for long enough to give it up. Another file that is on its way may
    /// take over its service: it is given time to, and while it is being judged nothing is given up.
    pub(super) fn is_gone(&self, now: Instant, coming: Coming) -> bool {
        let patience = match coming {
            Coming::Nothing => REST,
            Coming::Restless => PATIENCE,
            Coming::BeingJudged => return false,
        };
        self.missing_since.is_some_and(|since| now.duration_since(since) >= patience)
    }

    /// What may come of the file.
    pub(super) fn coming(&self) -> Coming {
        match self.verdict {
            _ if self.missing_since.is_some() => Coming::Nothing,
            Verdict::Waiting => Coming::Restless,
            Verdict::Judging => Coming::BeingJudged,
            Verdict::Served | Verdict::NameTaken(_) | Verdict::Refused => Coming::Nothing,
        }
    }

    /// Whether it has yet to be judged, or to be judged anew.
    pub(super) fn is_pending(&self) -> bool {
        matches!(self.verdict, Verdict::Waiting | Verdict::Judging)
    }

    /// Notes that the file is there, without knowing how it looks.
    pub(super) fn is_there(&mut self) {
        self.missing_since = None;
    }

    pub(super) fn has_come_to_rest(&self, now: Instant) -> bool {
        matches!(self.verdict, Verdict::Waiting) && now.duration_since(self.since) >= REST
    }

    /// Whether it has been at rest for so long that nothing more is coming.
    pub(super) fn is_out_of_patience(&self, now: Instant) -> bool {
        now.duration_since(self.since) >= PATIENCE
    }

    /// Whether time alone may change what is to be done about it.
    pub(super) fn is_restless(&self) -> bool {
        self.missing_since.is_some() || matches!(self.verdict, Verdict::Waiting)
    }
}
