//! The plugin folder: what lies in it is served.
//!
//! It watches one directory and feeds the registry. File events only say when to look, and a poll beside
//! them serves volumes where events never come: **what counts is what a look finds**. A file is judged once
//! it has come to rest, off the request path, and as often as its content changes. A folder that cannot be
//! read leaves everything as it was.

mod record;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::plugin::{Account, Digest, LoadError, Loader, Origin, Plugin};
use crate::registry::{Refused, Registry};

use record::{Coming, Record, Stamp, Verdict};

/// How often the folder is looked at without an event.
const POLL: Duration = Duration::from_secs(1);
/// How often while a file has not come to rest.
const RESTLESS_POLL: Duration = Duration::from_millis(50);
/// How long a file must not have changed before it is read, and be gone before it is given up: longer
/// than a copy pauses between two writes, and than an editor takes to put a new file in the old one's place.
const REST: Duration = Duration::from_millis(200);
/// How long a file that ends in the middle is waited for before that is reported.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long a start waits for plugins.
const LOAD_DEADLINE: Duration = Duration::from_secs(10);

/// A watched plugin folder.
pub struct Folder {
    path: PathBuf,
    loader: Loader,
    registry: Arc<Registry>,
    records: HashMap<PathBuf, Record>,
    judging: JoinSet<Judgement>,
    event: Arc<Notify>,
    /// Sends the events, as long as it is kept.
    _watcher: Option<RecommendedWatcher>,
    /// Whether the last look failed, so that a lasting trouble is logged once.
    unreadable: bool,
}

/// Why there is no plugin folder.
#[derive(Debug, thiserror::Error)]
#[error("the plugin folder {} cannot be used", .path.display())]
pub struct FolderError {
    path: PathBuf,
    source: io::Error,
}

/// What became of one reading of one file.
struct Judgement {
    path: PathBuf,
    stamp: Stamp,
    digest: Option<Digest>,
    outcome: Outcome,
}

enum Outcome {
    /// The content that was judged before.
    Same,
    Loaded(Arc<Plugin>),
    Refused {
        reason: String,
        account: Account,
        unfinished: bool,
    },
}

impl Folder {
    /// Uses the folder at `path`, which is made if it does not exist.
    ///
    /// # Errors
    ///
    /// [`FolderError`] if it cannot be made or read.
    pub fn open(path: &Path, loader: Loader, registry: Arc<Registry>) -> Result<Self, FolderError> {
        let usable = fs::create_dir_all(path).and_then(|()| fs::read_dir(path).map(drop));
        usable.map_err(|source| FolderError { path: path.to_owned(), source })?;
        let event = Arc::new(Notify::new());
        Ok(Self {
            path: path.to_owned(),
            loader,
            registry,
            records: HashMap::new(),
            judging: JoinSet::new(),
            // From before the first look, or what happens right after it would wait for the poll.
            _watcher: watcher(path, &event),
            event,
            unreadable: false,
        })
    }

    /// Serves what is there, and returns when every file that has come to rest is judged, or when that
    /// takes too long; what is left then is served as it comes. Of two files with one service name the
    /// first by its path serves.
    pub async fn load(&mut self) {
        self.look();
        let mut judged = Vec::new();
        let all = async {
            while let Some(judgement) = self.judging.join_next().await {
                judged.push(judgement);
            }
        };
        if tokio::time::timeout(LOAD_DEADLINE, all).await.is_err() {
            tracing::warn!(
                waiting = self.judging.len(),
                "some plugins take long to load; they serve when they have"
            );
        }
        judged.sort_by(|a, b| path_of(a).cmp(&path_of(b)));
        judged.into_iter().for_each(|judgement| self.conclude(judgement));
    }

    /// Follows the folder until it is told to stop.
    pub async fn watch(mut self, stop: CancellationToken) {
        let event = Arc::clone(&self.event);
        loop {
            let pause = if self.is_restless() { RESTLESS_POLL } else { POLL };
            tokio::select! {
                () = stop.cancelled() => return,
                Some(judged) = self.judging.join_next() => {
                    self.conclude(judged);
                    self.change_over(Instant::now());
                }
                () = event.notified() => self.look(),
                () = tokio::time::sleep(pause) => self.look(),
            }
        }
    }

    fn is_restless(&self) -> bool {
        self.records.values().any(Record::is_restless)
    }

    /// Compares what is there with what was, and sends files that have come to rest to be judged.
    fn look(&mut self) {
        let files = match components_in(&self.path) {
            Ok(files) => files,
            Err(error) => {
                if !std::mem::replace(&mut self.unreadable, true) {
                    tracing::error!(folder = %self.path.display(), %error, "the plugin folder cannot be read");
                }
                return;
            }
        };
        self.unreadable = false;
        let now = Instant::now();
        self.records.iter_mut().filter(|(path, _)| !files.contains_key(*path)).for_each(|(_, r)| r.miss(now));
        for (path, stamp) in files {
            match (stamp, self.records.get_mut(&path)) {
                (Ok(stamp), _) => self.see(path, stamp, now),
                // It is there, whatever it is; what is known of it stands.
                (Err(_), Some(record)) => record.is_there(),
                (Err(error), None) => {
                    self.records.insert(path.clone(), Record::refused(now));
                    self.registry.refuse(refused(path, None, unreadable(&error)));
                }
            }
        }
        self.change_over(now);
    }

    fn see(&mut self, path: PathBuf, stamp: Stamp, now: Instant) {
        let is_new = !self.records.contains_key(&path);
        let record = self.records.entry(path.clone()).or_insert_with(|| Record::new(stamp, now));
        let was_pending = record.is_pending() && !is_new;
        record.see(stamp, now);
        if record.is_pending() && !was_pending {
            self.registry.load(path.clone(), true);
        }
        if record.has_come_to_rest(now) {
            record.verdict = Verdict::Judging;
            let earlier = record.digest;
            self.judging.spawn(judge(self.loader.clone(), path, stamp, earlier));
        }
    }

    /// Gives up files that are gone, and serves plugins that wait for a name, in one change: a file that was
    /// renamed, or that another takes over from, leaves no gap.
    fn change_over(&mut self, now: Instant) {
        let coming = self.records.values().map(Record::coming).max().unwrap_or(Coming::Nothing);
        let given_up = self.records.iter().filter(|(_, record)| record.is_gone(now, coming));
        let gone: Vec<PathBuf> = given_up.map(|(path, _)| path.clone()).collect();
        let mut waiting: Vec<(PathBuf, Arc<Plugin>)> = Vec::new();
        for (path, record) in self.records.iter().filter(|(path, _)| !gone.contains(path)) {
            if let Verdict::NameTaken(plugin) = &record.verdict {
                waiting.push((path.clone(), Arc::clone(plugin)));
            }
        }
        if gone.is_empty() && waiting.is_empty() {
            return;
        }
        waiting.sort_by(|(a, _), (b, _)| a.cmp(b));
        let plugins: Vec<Arc<Plugin>> = waiting.iter().map(|(_, plugin)| Arc::clone(plugin)).collect();
        let serve = self.registry.replace(&gone, &plugins);
        for path in gone {
            tracing::info!(file = %path.display(), "plugin removed");
            self.records.remove(&path);
        }
        for ((path, plugin), _) in waiting.iter().zip(serve).filter(|(_, serves)| *serves) {
            if let Some(record) = self.records.get_mut(path) {
                record.verdict = Verdict::Served;
            }
            log_serving(path, plugin);
        }
    }

    fn conclude(&mut self, judged: Result<Judgement, JoinError>) {
        // A judgement that panicked is a defect of the host; the file is judged again when it changes.
        let Ok(judgement) = judged.inspect_err(|error| tracing::error!(%error, "judging a plugin failed"))
        else {
            return;
        };
        let Judgement { path, stamp, digest, outcome } = judgement;
        // Its verdict comes first, so that the file is never without a state.
        self.decide(path.clone(), stamp, digest, outcome);
        let is_pending = self.records.get(&path).is_some_and(Record::is_pending);
        self.registry.load(path, is_pending);
    }

    fn decide(&mut self, path: PathBuf, stamp: Stamp, digest: Option<Digest>, outcome: Outcome) {
        let now = Instant::now();
        let Some(record) = self.records.get_mut(&path) else { return };
        if record.stamp != stamp {
            // It changed meanwhile, and will be judged again.
            return;
        }
        record.digest = digest;
        record.verdict = match outcome {
            Outcome::Same => record.last_verdict.take().unwrap_or(Verdict::Served),
            Outcome::Loaded(plugin) => publish(&self.registry, &path, plugin),
            Outcome::Refused { unfinished: true, .. } if !record.is_out_of_patience(now) => {
                record.digest = None;
                record.verdict = Verdict::Waiting;
                return;
            }
            Outcome::Refused { reason, account, .. } => {
                // The next time may end otherwise: what a busy machine made too slow, say.
                record.digest = None;
                tracing::warn!(file = %path.display(), reason, "plugin refused");
                self.registry.refuse(Refused { file: path, digest, reason, account });
                Verdict::Refused
            }
        };
    }
}

/// Events, where the system has them for this folder.
fn watcher(path: &Path, event: &Arc<Notify>) -> Option<RecommendedWatcher> {
    let event = Arc::clone(event);
    let on_event = move |happened: notify::Result<notify::Event>| {
        if happened.is_ok_and(|happened| is_change(happened.kind)) {
            event.notify_one();
        }
    };
    let watcher = notify::recommended_watcher(on_event).and_then(|mut watcher| {
        watcher.watch(path, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    watcher
        .inspect_err(|error| tracing::warn!(%error, "no file events for the plugin folder; it is polled"))
        .ok()
}

fn publish(registry: &Registry, path: &Path, plugin: Arc<Plugin>) -> Verdict {
    match registry.publish(Arc::clone(&plugin)) {
        Ok(()) => {
            log_serving(path, &plugin);
            Verdict::Served
        }
        Err(taken) => {
            let reason = format!("{taken}; rename the service, or remove one of the two");
            // Only for a moment, if the other file is on its way out.
            tracing::info!(file = %path.display(), reason, "plugin waits for its name");
            registry.refuse(refused(path.to_owned(), Some(plugin.digest()), reason));
            Verdict::NameTaken(plugin)
        }
    }
}

fn log_serving(path: &Path, plugin: &Plugin) {
    let description = plugin.description();
    tracing::info!(
        service = %description.name,
        version = %description.version,
        file = %path.display(),
        sha256 = %plugin.digest(),
        "plugin serves"
    );
}

/// Whether an event can mean that a file is new, changed or gone. Opening and reading, which looking itself
/// does, are events too.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

/// The files that are meant as components, and how each looks: not hidden, named `*.wasm`, directly in the
/// folder.
fn components_in(folder: &Path) -> io::Result<BTreeMap<PathBuf, io::Result<Stamp>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let named = path.extension().is_some_and(|extension| extension == "wasm");
        if hidden || !named {
            continue;
        }
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => files.insert(path, Ok(Stamp::of(&metadata))),
            // A folder, or a file that is gone again, or a link to nowhere.
            Ok(_) => None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => files.insert(path, Err(error)),
        };
    }
    Ok(files)
}

/// A file that was refused before anything in it ran, or for no fault of its own.
fn refused(file: PathBuf, digest: Option<Digest>, reason: String) -> Refused {
    Refused { file, digest, reason, account: Account::default() }
}

fn unreadable(error: &io::Error) -> String {
    format!("the file cannot be read: {error}")
}

fn path_of(judged: &Result<Judgement, JoinError>) -> Option<&Path> {
    judged.as_ref().ok().map(|judgement| judgement.path.as_path())
}

async fn judge(loader: Loader, path: PathBuf, stamp: Stamp, earlier: Option<Digest>) -> Judgement {
    let refused = |error: &LoadError| Outcome::Refused {
        reason: error.to_string(),
        account: error.account(),
        unfinished: error.is_unfinished(),
    };
    let (digest, outcome) = match read(&loader, &path, stamp).await {
        Err(error) => {
            let (reason, account) = (unreadable(&error), Account::default());
            (None, Outcome::Refused { reason, account, unfinished: false })
        }
        Ok(Err(error)) => (None, refused(&error)),
        Ok(Ok((_, digest))) if earlier == Some(digest) => (Some(digest), Outcome::Same),
        Ok(Ok((bytes, digest))) => match loader.load(bytes, Origin::File(path.clone())).await {
            Ok(plugin) => (Some(digest), Outcome::Loaded(plugin)),
            Err(error) => (Some(digest), refused(&error)),
        },
    };
    Judgement { path, stamp, digest, outcome }
}

type Content = (Arc<[u8]>, Digest);

/// Reads a file that is not too large. One that changes meanwhile counts as unfinished.
async fn read(loader: &Loader, path: &Path, stamp: Stamp) -> io::Result<Result<Content, LoadError>> {
    let limit_bytes = loader.component_bytes();
    if stamp.bytes() > limit_bytes {
        return Ok(Err(LoadError::TooLarge { bytes: stamp.bytes(), limit_bytes }));
    }
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let bytes = fs::read(&path)?;
        let unchanged = Stamp::of(&fs::metadata(&path)?) == stamp;
        let digest = Digest::of(&bytes);
        Ok(if unchanged { Ok((bytes.into(), digest)) } else { Err(LoadError::Truncated) })
    });
    read.await.map_err(io::Error::other)?
}
