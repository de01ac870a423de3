//! The current set of services, as one immutable snapshot that is swapped as a whole.
//!
//! **A reader never waits and never sees half a change**: it takes the snapshot of the moment, and what it
//! took stays usable for as long as it holds it. Writers take turns. The registry knows plugins and
//! registered URLs, their names and ports, and which of two claims on a name wins.

mod admission;
mod entries;
mod snapshot;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::analysis::ServiceName;
use crate::plugin::Plugin;
use crate::remote::RemoteUrl;

pub use admission::{Admission, AdmissionPolicy, Admissions, Full, Permit};
pub use snapshot::{Backend, Pending, Phase, Port, Refused, Service, Snapshot};

use entries::Entries;

/// The services of one gateway.
pub struct Registry {
    snapshot: ArcSwap<Snapshot>,
    entries: Mutex<Entries>,
    changed: watch::Sender<()>,
}

/// A name that someone else has.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum NameTaken {
    /// A plugin has it.
    #[error("the name `{name}` belongs to a plugin ({origin})")]
    Plugin {
        /// The name.
        name: ServiceName,
        /// Where the plugin came from.
        origin: String,
    },
    /// A registered URL has it.
    #[error("the name `{name}` is registered for a URL; `DELETE /services/{name}` frees it")]
    Url {
        /// The name.
        name: ServiceName,
    },
}

impl Registry {
    /// An empty registry of a gateway that is starting.
    pub fn new(admissions: Admissions) -> Self {
        let (changed, _) = watch::channel(());
        Self { snapshot: ArcSwap::default(), entries: Mutex::new(Entries::new(admissions)), changed }
    }

    /// The services of this moment.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Tells of every change from now on.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Says whether the gateway is starting, serving or draining.
    pub fn enter(&self, phase: Phase) {
        self.change(|entries| entries.phase = phase);
    }

    /// Serves a plugin. One from a file takes the place of the embedded one of its name, and of what was
    /// served from the same file before.
    ///
    /// # Errors
    ///
    /// [`NameTaken`] if another file or a registered URL has the name. What was served before still is.
    pub fn publish(&self, plugin: Arc<Plugin>) -> Result<(), NameTaken> {
        self.change(|entries| entries.publish(plugin))
    }

    /// Notes that a file is to be judged or being judged, or no longer is.
    pub fn load(&self, file: PathBuf, is_loading: bool) {
        self.change(|entries| entries.load(file, is_loading));
    }

    /// Notes why a file is not served. What was served from it before still is.
    pub fn refuse(&self, refused: Refused) {
        self.change(|entries| entries.refuse(refused));
    }

    /// Forgets files that are gone, and serves plugins whose names may be free for it, in one change: no
    /// reader sees the names without a service. Says which of the plugins serve now. An embedded plugin
    /// that a file had replaced serves again.
    pub fn replace(&self, gone: &[PathBuf], waiting: &[Arc<Plugin>]) -> Vec<bool> {
        self.change(|entries| {
            gone.iter().for_each(|file| entries.withdraw(file));
            entries.publish_waiting(waiting)
        })
    }

    /// Serves a registered URL, in the place of an earlier one of the name.
    ///
    /// # Errors
    ///
    /// [`NameTaken`] if a plugin has the name.
    pub fn register(&self, name: ServiceName, url: RemoteUrl) -> Result<(), NameTaken> {
        self.change(|entries| entries.register(name, url))
    }

    /// Forgets a registered URL.
    pub fn unregister(&self, name: &ServiceName) {
        self.change(|entries| entries.unregister(name));
    }

    /// Checks that no plugin has a name.
    ///
    /// # Errors
    ///
    /// [`NameTaken`] if one has.
    pub fn check_no_plugin(&self, name: &ServiceName) -> Result<(), NameTaken> {
        self.lock().check_no_plugin(name)
    }

    /// Notes the port a service answers on, or that it has none.
    pub fn assign_port(&self, name: ServiceName, port: Option<Port>) {
        self.change(|entries| entries.assign_port(name, port));
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Entries) -> T) -> T {
        let mut entries = self.lock();
        let result = change(&mut entries);
        self.snapshot.store(Arc::new(entries.snapshot()));
        self.changed.send_replace(());
        result
    }
}
