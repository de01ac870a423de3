//! Many documents for one service: what a request with a batch or a stream of them holds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use semver::VersionReq;

use super::{Answer, Caller, Error, Gateway, enter_within};
use crate::analysis::{Analysis, Document, Member, Options, Refusal, RefusalReason, ServiceName};
use crate::deadline::{Late, within};
use crate::plugin::{self, Plugin, RunError, RunFailure};
use crate::registry::{Admission, Backend, Permit, Service};
use crate::remote::RemoteUrl;

/// A service as a request wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// The versions that will do; none for any.
    pub version: Option<VersionReq>,
    /// The settings that are not to have their default values.
    pub settings: Vec<Member>,
    /// Whether the caller wants to know why.
    pub explain: bool,
}

/// A service that answers for many documents of one request. **It is the same one for all of them**, also when
/// it is swapped or removed meanwhile.
pub struct Session {
    service: Arc<Service>,
    answers: Answers,
}

enum Answers {
    Plugin(plugin::Session),
    Remote(RemoteUrl),
}

/// What one document has cost.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// How long it waited for its turn.
    pub queued: Duration,
    /// How long the analysis took, the writing of the answer not included.
    pub ran: Duration,
    /// Most memory that the instance had up to then, in bytes; unknown of a registered URL.
    pub memory_bytes: Option<usize>,
}

impl Session {
    /// The service's name.
    pub fn name(&self) -> &ServiceName {
        &self.service.name
    }

    /// The plugin that answers, with the settings it is given, unless a registered URL does.
    pub fn plugin(&self) -> Option<(&Plugin, &Options)> {
        match &self.answers {
            Answers::Plugin(session) => Some((session.plugin(), session.options())),
            Answers::Remote(_) => None,
        }
    }

    /// Ends instances that wait for another document, when none has come for a while: others may need the places.
    pub fn rest(&self) {
        if let Answers::Plugin(session) = &self.answers {
            session.rest();
        }
    }

    /// How many documents may be analyzed at once.
    pub fn concurrency(&self) -> usize {
        self.service.admission.policy().concurrency
    }
}

impl Gateway {
    /// Begins to ask a service, which must be of a version that is wanted and take the settings.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownService`], [`Error::NotReady`], [`Error::OtherVersion`], or [`Error::Plugin`] with what is
    /// wrong with a setting.
    pub fn open(&self, wanted: &Wanted) -> Result<Session, Error> {
        let service = self.service(&wanted.name)?;
        let found = match &service.backend {
            Backend::Plugin(plugin) => Some(plugin.description().version.clone()),
            Backend::Remote(_) => None,
        };
        if let Some(version) = &wanted.version
            && !found.as_ref().is_some_and(|found| version.matches(found))
        {
            return Err(Error::OtherVersion { found, wanted: version.clone() });
        }
        let answers = match &service.backend {
            Backend::Plugin(plugin) => {
                let options = plugin.options(&wanted.settings).map_err(RunFailure::refused)?;
                Answers::Plugin(plugin.session(Options { explain: wanted.explain, ..options }))
            }
            Backend::Remote(url) => match wanted.settings.first() {
                Some(member) => return Err(takes_no_settings(&member.name).into()),
                None => Answers::Remote(url.clone()),
            },
        };
        Ok(Session { service, answers })
    }

    /// Has a service analyze one document of many, for at most `deadline` if the caller gives one. A plugin's
    /// analysis is written by `write`, given how many bytes it may have; there is no answer if it would be longer.
    ///
    /// # Errors
    ///
    /// [`Error`] says why there is no answer. Dropping the future ends the analysis.
    pub async fn ask<T>(
        &self,
        caller: &Caller,
        session: &Session,
        document: &Document,
        deadline: Option<Duration>,
        write: impl FnOnce(&Analysis, usize) -> Option<T>,
    ) -> Result<(Answer<T>, Usage), Error> {
        let admission = &session.service.admission;
        match &session.answers {
            Answers::Plugin(asked) => {
                let plugin = asked.plugin();
                check_language(plugin, document)?;
                let own = plugin.limits().deadline;
                let begin = Instant::now();
                let _permit = enter(deadline, own, admission).await?;
                let entered = Instant::now();
                // The caller waits no longer for having waited.
                let left = deadline.map(|deadline| deadline.saturating_sub(entered - begin));
                let deadline = left.map_or(own, |left| left.min(own));
                let output_bytes = plugin.limits().output_bytes;
                let write = |analysis: Analysis, cost: plugin::Cost| {
                    let queued = entered.duration_since(begin);
                    let usage =
                        Usage { queued, ran: entered.elapsed(), memory_bytes: Some(cost.memory_bytes) };
                    write(&analysis, output_bytes).map(|written| (Answer::Analysis(written), usage))
                };
                let answered = asked.answer(document, deadline, write).await;
                Ok(answered.map_err(Box::new)?)
            }
            Answers::Remote(url) => {
                self.remotes.check(&caller.via)?;
                let own = self.remotes.deadline();
                let begin = Instant::now();
                let _permit = enter(deadline, own, admission).await?;
                let entered = Instant::now();
                let left = deadline.map(|deadline| deadline.saturating_sub(entered - begin));
                let deadline = left.map_or(own, |left| left.min(own));
                let reply = self.remotes.call_within(deadline, url, &document.text, &caller.via).await?;
                let usage = Usage { queued: entered - begin, ran: entered.elapsed(), memory_bytes: None };
                Ok((Answer::Upstream(reply), usage))
            }
        }
    }
}

/// Waits for a permit: no longer than the service may take, and no longer than the caller waits.
async fn enter(callers: Option<Duration>, own: Duration, admission: &Admission) -> Result<Permit, Error> {
    match callers {
        Some(deadline) if deadline < own => match within(deadline, admission.enter()).await {
            Ok(entered) => Ok(entered?),
            Err(Late) => Err(Box::new(RunFailure::silent(RunError::DeadlineExceeded { deadline })).into()),
        },
        _ => Ok(enter_within(own, admission).await?),
    }
}

/// Turns away a document in a language that the analyzer does not list.
fn check_language(plugin: &Plugin, document: &Document) -> Result<(), Box<RunFailure>> {
    let Some(language) = &document.language else { return Ok(()) };
    match plugin.description().refuse_language(language) {
        Some(refusal) => Err(RunFailure::refused(refusal)),
        None => Ok(()),
    }
}

fn takes_no_settings(name: &str) -> Box<RunFailure> {
    RunFailure::refused(Refusal {
        reason: RefusalReason::InvalidSetting,
        subject: Some(name.to_owned()),
        detail: format!("There is no setting `{name}`; a registered URL takes none."),
    })
}
