//! The use cases, given who calls: which service, which permit, which deadline.
//!
//! Everything that clients can ask for comes through here, whatever way they ask. Nothing here knows HTTP,
//! WebAssembly or JSON.

mod session;

use std::sync::Arc;

use semver::{Version, VersionReq};
use tokio::sync::Mutex;

use crate::analysis::{Analysis, Document, ServiceName};
use crate::deadline::within;
use crate::lane::Lane;
use crate::plugin::{Plugin, RunError, RunFailure};
use crate::registry::{Admission, Backend, Full, NameTaken, Permit, Phase, Registry, Service, Snapshot};
use crate::remote::{CallError, RemoteClient, RemoteUrl, Reply, Via};
use crate::state::{Registration, State, StateError};

pub use session::{Session, Usage, Wanted};

/// The gateway: a registry, what it remembers, and a client for registered URLs.
pub struct Gateway {
    registry: Arc<Registry>,
    state: State,
    remotes: RemoteClient,
    lane: Lane,
    /// Held while registrations change, so that the registry and the state change in the same order.
    registering: Mutex<()>,
}

/// Who asks. There is one kind of caller today.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The gateways the request has passed.
    pub via: Via,
}

/// What a service answered.
pub enum Answer<T> {
    /// A plugin's analysis, as it was to be written.
    Analysis(T),
    /// An upstream's answer, as it came.
    Upstream(Reply),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Starting or draining.
    #[error("the gateway is {}", match .0 { Phase::Draining => "stopping", _ => "starting" })]
    NotReady(Phase),
    /// No service of this name.
    #[error("there is no service of this name")]
    UnknownService,
    /// The service is of a version that is not wanted.
    #[error("the service is {}, and the request wants {wanted}", match .found {
        Some(found) => format!("version {found}"),
        None => "of no version".to_owned(),
    })]
    OtherVersion {
        /// Its version, if it says one.
        found: Option<Version>,
        /// What is wanted.
        wanted: VersionReq,
    },
    /// A plugin has the name.
    #[error(transparent)]
    NameTaken(#[from] NameTaken),
    /// Too many wait.
    #[error("{0}")]
    Overloaded(#[from] Full),
    /// The plugin gave no analysis.
    #[error(transparent)]
    Plugin(#[from] Box<RunFailure>),
    /// The upstream gave no answer.
    #[error(transparent)]
    Upstream(#[from] CallError),
    /// Nothing was changed, since it could not be kept.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Gateway {
    /// A gateway over these parts.
    pub fn new(registry: Arc<Registry>, state: State, remotes: RemoteClient, lane: Lane) -> Self {
        Self { registry, state, remotes, lane, registering: Mutex::new(()) }
    }

    /// Where everything about long texts is done.
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// The registry it answers from.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// The services of this moment, also while it starts.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.registry.snapshot()
    }

    /// The services, once they can be used. While the gateway stops they still can: whoever asks then has
    /// begun before.
    ///
    /// # Errors
    ///
    /// [`Error::NotReady`] before that.
    pub fn services(&self) -> Result<Arc<Snapshot>, Error> {
        let snapshot = self.registry.snapshot();
        match snapshot.phase() {
            Phase::Serving | Phase::Draining => Ok(snapshot),
            Phase::Starting => Err(Error::NotReady(Phase::Starting)),
        }
    }

    /// The service of a name. It answers whoever holds it, also when it is swapped or removed meanwhile.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownService`] if there is none, [`Error::NotReady`] while the gateway starts.
    pub fn service(&self, name: &str) -> Result<Arc<Service>, Error> {
        self.services()?.service(name).map(Arc::clone).ok_or(Error::UnknownService)
    }

    /// Has a service analyze a text. A plugin's analysis is written by `write`, given the document and how many
    /// bytes the answer may have; there is none if it would be longer.
    ///
    /// # Errors
    ///
    /// [`Error`] says why there is no answer. Dropping the future ends the analysis.
    pub async fn analyze<T: Send + 'static>(
        &self,
        caller: &Caller,
        service: &Service,
        text: String,
        write: impl FnOnce(&Document, &Analysis, usize) -> Option<T> + Send + 'static,
    ) -> Result<Answer<T>, Error> {
        match &service.backend {
            Backend::Plugin(plugin) => self.run(service, plugin, text, write).await.map(Answer::Analysis),
            Backend::Remote(url) => {
                // Before the permit: a request that comes round would wait for its own.
                self.remotes.check(&caller.via)?;
                let _permit = enter_within(self.remotes.deadline(), &service.admission).await?;
                Ok(Answer::Upstream(self.remotes.call(url, &text, &caller.via).await?))
            }
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        service: &Service,
        plugin: &Arc<Plugin>,
        text: String,
        write: impl FnOnce(&Document, &Analysis, usize) -> Option<T> + Send + 'static,
    ) -> Result<T, Error> {
        let options = plugin.options(&[]).map_err(RunFailure::refused)?;
        let deadline = plugin.limits().deadline;
        let _permit = enter_within(deadline, &service.admission).await?;
        let (document, plugin) = (Document::of(text), Arc::clone(plugin));
        let bytes = document.text.len();
        let answered = self.lane.run(bytes, || async move {
            let output_bytes = plugin.limits().output_bytes;
            let write = |analysis: Analysis, _| write(&document, &analysis, output_bytes);
            plugin.answer(&document, &options, deadline, write).await
        });
        Ok(answered.await.map_err(Box::new)?)
    }

    /// Registers a URL under a name, in the place of an earlier one.
    ///
    /// # Errors
    ///
    /// [`Error::NameTaken`] if a plugin has the name, [`Error::State`] if it cannot be kept.
    pub async fn register(self: &Arc<Self>, name: ServiceName, url: RemoteUrl) -> Result<(), Error> {
        self.services()?;
        let gateway = Arc::clone(self);
        whole(async move { gateway.change_registration(name, url).await }).await
    }

    async fn change_registration(&self, name: ServiceName, url: RemoteUrl) -> Result<(), Error> {
        let _turn = self.registering.lock().await;
        self.registry.check_no_plugin(&name)?;
        self.state.register(Registration { name: name.clone(), url: url.reveal().to_owned() }).await?;
        if let Err(taken) = self.registry.register(name.clone(), url) {
            // A plugin of the name came in between.
            self.state.unregister(name).await?;
            return Err(taken.into());
        }
        Ok(())
    }

    /// Forgets the URL registered under a name.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownService`] if there is none, [`Error::NameTaken`] if a plugin has the name,
    /// [`Error::State`] if it cannot be forgotten.
    pub async fn unregister(self: &Arc<Self>, name: ServiceName) -> Result<(), Error> {
        self.services()?;
        let gateway = Arc::clone(self);
        whole(async move { gateway.end_registration(&name).await }).await
    }

    async fn end_registration(&self, name: &ServiceName) -> Result<(), Error> {
        let _turn = self.registering.lock().await;
        self.registry.check_no_plugin(name)?;
        if self.registry.snapshot().service(name.as_str()).is_none() {
            return Err(Error::UnknownService);
        }
        self.state.unregister(name.clone()).await?;
        self.registry.unregister(name);
        Ok(())
    }
}

/// Does something to its end, also when whoever asked for it has gone away meanwhile.
async fn whole(work: impl Future<Output = Result<(), Error>> + Send + 'static) -> Result<(), Error> {
    match tokio::spawn(work).await {
        Ok(done) => done,
        // It is neither cancelled nor does it panic.
        Err(_) => Err(Error::NotReady(Phase::Draining)),
    }
}

/// Waits for a permit no longer than the analysis itself might take: whoever waited that long is better
/// told that there are too many.
async fn enter_within(deadline: std::time::Duration, admission: &Admission) -> Result<Permit, Full> {
    within(deadline, admission.enter()).await.unwrap_or(Err(Full))
}

impl Error {
    /// Whether the service broke, as against its caller or nobody.
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Plugin(failure) => {
                let error = &failure.error;
                !matches!(
                    error,
                    RunError::Refused(_)
                        | RunError::TextTooLarge { .. }
                        | RunError::Crowded
                        | RunError::Parked { .. }
                )
            }
            Self::Upstream(_) | Self::State(_) => true,
            Self::NotReady(_)
            | Self::UnknownService
            | Self::OtherVersion { .. }
            | Self::NameTaken(_)
            | Self::Overloaded(_) => false,
        }
    }
}
