//! Who claims which name, and whose claim holds.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::NameTaken;
use super::admission::{Admission, Admissions};
use super::snapshot::{Backend, Phase, Port, Refused, Service, Snapshot};
use crate::analysis::ServiceName;
use crate::plugin::{Origin, Plugin};
use crate::remote::RemoteUrl;

/// Everything a snapshot is made from. Only one writer at a time holds it.
pub(super) struct Entries {
    pub(super) phase: Phase,
    /// In the order in which they are listed.
    embedded: Vec<Arc<Plugin>>,
    files: HashMap<PathBuf, Arc<Plugin>>,
    refused: HashMap<PathBuf, Refused>,
    /// Files that are being judged.
    loading: BTreeSet<PathBuf>,
    /// In the order of their registration.
    urls: Vec<(ServiceName, RemoteUrl)>,
    ports: HashMap<ServiceName, Port>,
    admissions: Admissions,
    doors: HashMap<ServiceName, Arc<Admission>>,
}

impl Entries {
    pub(super) fn new(admissions: Admissions) -> Self {
        Self {
            phase: Phase::default(),
            embedded: Vec::new(),
            files: HashMap::new(),
            refused: HashMap::new(),
            loading: BTreeSet::new(),
            urls: Vec::new(),
            ports: HashMap::new(),
            admissions,
            doors: HashMap::new(),
        }
    }

    pub(super) fn publish(&mut self, plugin: Arc<Plugin>) -> Result<(), NameTaken> {
        let name = &plugin.description().name;
        if self.urls.iter().any(|(registered, _)| registered == name) {
            return Err(NameTaken::Url { name: name.clone() });
        }
        match plugin.origin().clone() {
            Origin::Embedded => {
                match self.embedded.iter_mut().find(|other| other.description().name == *name) {
                    Some(other) => *other = plugin,
                    None => self.embedded.push(plugin),
                }
            }
            Origin::File(file) => {
                let another = self
                    .files
                    .iter()
                    .find(|(path, other)| **path != file && other.description().name == *name);
                if let Some((path, _)) = another {
                    return Err(NameTaken::Plugin { name: name.clone(), origin: path.display().to_string() });
                }
                self.refused.remove(&file);
                self.files.insert(file, plugin);
            }
        }
        Ok(())
    }

    /// Publishes plugins that wait for their names, and says which serve now. Files that wait for each
    /// other's names exchange them.
    pub(super) fn publish_waiting(&mut self, waiting: &[Arc<Plugin>]) -> Vec<bool> {
        let mut serve: Vec<bool> =
            waiting.iter().map(|plugin| self.publish(Arc::clone(plugin)).is_ok()).collect();
        let still: Vec<&Arc<Plugin>> =
            waiting.iter().zip(&serve).filter(|(_, serves)| !**serves).map(|(plugin, _)| plugin).collect();
        let before = (self.files.clone(), self.refused.clone());
        for plugin in &still {
            if let Origin::File(file) = plugin.origin() {
                self.files.remove(file);
            }
        }
        if still.iter().all(|plugin| self.publish(Arc::clone(plugin)).is_ok()) {
            serve.fill(true);
        } else {
            (self.files, self.refused) = before;
        }
        serve
    }

    pub(super) fn load(&mut self, file: PathBuf, is_loading: bool) {
        if is_loading {
            self.loading.insert(file);
        } else {
            self.loading.remove(&file);
        }
    }

    pub(super) fn refuse(&mut self, refused: Refused) {
        self.refused.insert(refused.file.clone(), refused);
    }

    pub(super) fn withdraw(&mut self, file: &Path) {
        self.files.remove(file);
        self.refused.remove(file);
        self.loading.remove(file);
    }

    pub(super) fn register(&mut self, name: ServiceName, url: RemoteUrl) -> Result<(), NameTaken> {
        self.check_no_plugin(&name)?;
        match self.urls.iter_mut().find(|(registered, _)| *registered == name) {
            Some((_, old)) => *old = url,
            None => self.urls.push((name, url)),
        }
        Ok(())
    }

    pub(super) fn unregister(&mut self, name: &ServiceName) {
        self.urls.retain(|(registered, _)| registered != name);
    }

    pub(super) fn assign_port(&mut self, name: ServiceName, port: Option<Port>) {
        match port {
            Some(port) => self.ports.insert(name, port),
            None => self.ports.remove(&name),
        };
    }

    pub(super) fn snapshot(&mut self) -> Snapshot {
        let mut plugins = self.plugins();
        // Stable: without ports, the embedded come first and the others follow by name.
        plugins.sort_by_key(|plugin| {
            self.ports.get(&plugin.description().name).map_or(u16::MAX, |port| port.number)
        });
        let mut services: Vec<Arc<Service>> = Vec::new();
        for plugin in plugins {
            let name = plugin.description().name.clone();
            services.push(self.service(name, Backend::Plugin(plugin)));
        }
        for (name, url) in self.urls.clone() {
            services.push(self.service(name, Backend::Remote(url)));
        }
        self.doors.retain(|name, _| services.iter().any(|service| service.name == *name));
        let mut refused: Vec<Refused> = self.refused.values().cloned().collect();
        refused.sort_by(|a, b| a.file.cmp(&b.file));
        Snapshot::new(self.phase, services, refused, self.loading.iter().cloned().collect())
    }

    /// The plugins whose claim on their name holds: a file's before an embedded one's.
    fn plugins(&self) -> Vec<Arc<Plugin>> {
        let from_file =
            |name: &ServiceName| self.files.values().find(|plugin| plugin.description().name == *name);
        let is_embedded =
            |name: &ServiceName| self.embedded.iter().any(|plugin| plugin.description().name == *name);
        let standard = self.embedded.iter().map(|own| from_file(&own.description().name).unwrap_or(own));
        let mut plugins: Vec<Arc<Plugin>> = standard.cloned().collect();
        let mut added: Vec<&Arc<Plugin>> =
            self.files.values().filter(|plugin| !is_embedded(&plugin.description().name)).collect();
        added.sort_by(|a, b| a.description().name.cmp(&b.description().name));
        plugins.extend(added.into_iter().cloned());
        plugins
    }

    fn service(&mut self, name: ServiceName, backend: Backend) -> Arc<Service> {
        let admissions = &self.admissions;
        let door = self.doors.entry(name.clone()).or_insert_with(|| Arc::new(admissions.admission(&name)));
        let port = self.ports.get(&name).copied();
        Arc::new(Service { backend, port, admission: Arc::clone(door), name })
    }

    pub(super) fn check_no_plugin(&self, name: &ServiceName) -> Result<(), NameTaken> {
        match self.plugins().iter().find(|plugin| plugin.description().name == *name) {
            Some(plugin) => {
                Err(NameTaken::Plugin { name: name.clone(), origin: plugin.origin().to_string() })
            }
            None => Ok(()),
        }
    }
}
