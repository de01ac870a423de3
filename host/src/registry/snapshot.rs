//! The services of one moment.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::admission::Admission;
use crate::analysis::ServiceName;
use crate::plugin::{Account, Digest, Limits, Plugin};
use crate::remote::RemoteUrl;

/// The services of one moment. It never changes.
#[derive(Default)]
pub struct Snapshot {
    phase: Phase,
    services: Vec<Arc<Service>>,
    by_name: HashMap<ServiceName, Arc<Service>>,
    refused: Vec<Refused>,
    loading: Vec<PathBuf>,
}

/// Where a gateway is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Its analyzers are being loaded.
    #[default]
    Starting,
    /// It answers.
    Serving,
    /// It finishes what it has begun.
    Draining,
}

/// One service: a name and who answers for it.
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// Who answers.
    pub backend: Backend,
    /// The port of its own, if it has one.
    pub port: Option<Port>,
    /// Its door.
    pub admission: Arc<Admission>,
}

impl Service {
    /// The longest text it takes, in bytes, if that is for us to say.
    pub fn input_bytes(&self) -> Option<usize> {
        match &self.backend {
            Backend::Plugin(plugin) => Some(plugin.limits().input_bytes),
            Backend::Remote(_) => None,
        }
    }
}

/// Who answers for a service.
#[derive(Clone)]
pub enum Backend {
    /// A plugin in this process.
    Plugin(Arc<Plugin>),
    /// A registered URL.
    Remote(RemoteUrl),
}

/// The port a service answers on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its number.
    pub number: u16,
    /// The number it should have, if that was taken by someone else.
    pub instead_of: Option<u16>,
}

/// A file that is not served, and why.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The file.
    pub file: PathBuf,
    /// The identity of its content, if it could be read.
    pub digest: Option<Digest>,
    /// What its author can do.
    pub reason: String,
    /// What the plugin itself says of it.
    pub account: Account,
}

/// What becomes of a file that does not serve, or not yet.
#[derive(Clone, Copy, Debug)]
pub enum Pending<'a> {
    /// It is to be judged, or being judged.
    Loading(&'a Path),
    /// It was refused.
    Refused(&'a Refused),
}

impl<'a> Pending<'a> {
    /// The file.
    pub fn file(&self) -> &'a Path {
        match self {
            Self::Loading(file) => file,
            Self::Refused(refused) => &refused.file,
        }
    }
}

impl Snapshot {
    pub(super) fn new(
        phase: Phase,
        services: Vec<Arc<Service>>,
        refused: Vec<Refused>,
        loading: Vec<PathBuf>,
    ) -> Self {
        let by_name = services.iter().map(|service| (service.name.clone(), Arc::clone(service))).collect();
        Self { phase, services, by_name, refused, loading }
    }

    /// Where the gateway is in its life.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// All services: those with ports in the order of the ports, then the registered URLs.
    pub fn services(&self) -> &[Arc<Service>] {
        &self.services
    }

    /// The service of this name.
    pub fn service(&self, name: &str) -> Option<&Arc<Service>> {
        self.by_name.get(name)
    }

    /// The files that are not served.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// The files that are to be judged, then those that were refused. What was served from them before still is.
    pub fn pending(&self) -> impl Iterator<Item = Pending<'_>> {
        let loading = self.loading.iter().map(|file| Pending::Loading(file));
        loading.chain(self.refused.iter().map(Pending::Refused))
    }

    /// The longest text that any service takes, in bytes.
    pub fn input_bytes(&self) -> usize {
        let limits = self.services.iter().filter_map(|service| service.input_bytes());
        limits.max().unwrap_or(Limits::default().input_bytes)
    }
}
