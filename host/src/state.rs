//! What must survive a restart: registered URLs, and which service had which port.
//!
//! One narrow face, in front of a JSON file today and a database some day. **Every change is on disk
//! before it is reported done**, and a crash at any moment leaves the old state or the new one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::analysis::ServiceName;

/// The state folder of one gateway. Cheap to clone.
#[derive(Clone, Debug)]
pub struct State {
    folder: Arc<Path>,
}

/// Why the state cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The folder cannot be made.
    #[error("the state folder {} cannot be made", .folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file cannot be read or written.
    #[error("the state file {} cannot be read or written", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file holds something else.
    #[error("the state file {} is damaged; move it away to start without it", .file.display())]
    Damaged {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// A URL registered under a name. Whether it is a URL is for others to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The service's name.
    pub name: ServiceName,
    /// Where it answers.
    pub url: String,
}

/// The file's content.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Content {
    /// In the order of their registration.
    registrations: Vec<Entry>,
    ports: BTreeMap<String, u16>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    name: String,
    url: String,
}

impl State {
    /// Opens the state in `folder`, which is made if it does not exist, for its owner alone.
    ///
    /// # Errors
    ///
    /// [`StateError`] if the folder cannot be made or what is in it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, StateError> {
        make_private(folder).map_err(|source| StateError::Folder { folder: folder.to_owned(), source })?;
        let state = Self { folder: folder.into() };
        state.read()?;
        Ok(state)
    }

    /// The registered URLs, in the order of their registration.
    ///
    /// # Errors
    ///
    /// [`StateError`] if they cannot be read.
    pub async fn registrations(&self) -> Result<Vec<Registration>, StateError> {
        let content = self.in_background(|state| state.read()).await?;
        let registration = |entry: Entry| {
            // A name was checked before it was written; one that was edited since is passed over.
            Some(Registration { name: ServiceName::registered(&entry.name).ok()?, url: entry.url })
        };
        Ok(content.registrations.into_iter().filter_map(registration).collect())
    }

    /// Keeps a URL under a name, in the place of an earlier one.
    ///
    /// # Errors
    ///
    /// [`StateError`] if it is not kept.
    pub async fn register(&self, registration: Registration) -> Result<(), StateError> {
        let Registration { name, url } = registration;
        self.update(move |content| {
            match content.registrations.iter_mut().find(|entry| entry.name == name.as_str()) {
                Some(entry) => entry.url = url,
                None => content.registrations.push(Entry { name: name.to_string(), url }),
            }
        })
        .await
    }

    /// Forgets the URL under a name.
    ///
    /// # Errors
    ///
    /// [`StateError`] if it is not forgotten.
    pub async fn unregister(&self, name: ServiceName) -> Result<(), StateError> {
        self.update(move |content| content.registrations.retain(|entry| entry.name != name.as_str())).await
    }

    /// The ports that services had, by service.
    ///
    /// # Errors
    ///
    /// [`StateError`] if they cannot be read.
    pub async fn ports(&self) -> Result<BTreeMap<ServiceName, u16>, StateError> {
        let content = self.in_background(|state| state.read()).await?;
        let port = |(name, port): (String, u16)| Some((ServiceName::new(&name).ok()?, port));
        Ok(content.ports.into_iter().filter_map(port).collect())
    }

    /// Keeps the port of a service.
    ///
    /// # Errors
    ///
    /// [`StateError`] if it is not kept.
    pub async fn remember_port(&self, name: ServiceName, port: u16) -> Result<(), StateError> {
        self.update(move |content| {
            content.ports.insert(name.to_string(), port);
        })
        .await
    }

    /// Reads, changes and writes the content while no other process does.
    async fn update(&self, change: impl FnOnce(&mut Content) + Send + 'static) -> Result<(), StateError> {
        self.in_background(move |state| {
            let failed = |source| StateError::File { file: state.file(), source };
            let lock = File::create(state.folder.join("state.lock")).map_err(failed)?;
            lock.lock().map_err(failed)?;
            let mut content = state.read()?;
            change(&mut content);
            state.write(&content).map_err(failed)
        })
        .await
    }

    async fn in_background<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let state = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&state)).await;
        done.unwrap_or_else(|error| {
            Err(StateError::File { file: self.file(), source: io::Error::other(error) })
        })
    }

    fn file(&self) -> PathBuf {
        self.folder.join("state.json")
    }

    fn read(&self) -> Result<Content, StateError> {
        let file = self.file();
        match fs::read(&file) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|source| StateError::Damaged { file, source })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Content::default()),
            Err(source) => Err(StateError::File { file, source }),
        }
    }

    fn write(&self, content: &Content) -> io::Result<()> {
        let partial = self.folder.join("state.json.partial");
        let mut file = File::create(&partial)?;
        file.write_all(&serde_json::to_vec_pretty(content)?)?;
        file.sync_all()?;
        fs::rename(&partial, self.file())?;
        // The name is on disk when the folder is.
        File::open(&self.folder)?.sync_all()
    }
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(name: &str, url: &str) -> Registration {
        Registration { name: ServiceName::new(name).unwrap(), url: url.into() }
    }

    #[tokio::test]
    async fn what_is_kept_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(folder.path()).unwrap();
        for (name, url) in [("b", "http://b"), ("a", "http://a"), ("b", "http://b2")] {
            state.register(registration(name, url)).await.unwrap();
        }
        state.unregister(ServiceName::new("a").unwrap()).await.unwrap();
        state.remember_port(ServiceName::new("c").unwrap(), 8004).await.unwrap();

        let again = State::open(folder.path()).unwrap();
        assert_eq!(again.registrations().await.unwrap(), [registration("b", "http://b2")]);
        assert_eq!(again.ports().await.unwrap(), BTreeMap::from([(ServiceName::new("c").unwrap(), 8004)]));
    }

    #[test]
    fn a_damaged_file_is_reported_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        fs::write(&file, "{\"ports\": ").unwrap();
        assert!(matches!(State::open(folder.path()), Err(StateError::Damaged { .. })));
        assert_eq!(fs::read(&file).unwrap(), b"{\"ports\": ");
    }

    #[tokio::test]
    async fn many_writers_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let writers = (0..20).map(|n| {
            let state = State::open(folder.path()).unwrap();
            tokio::spawn(async move { state.register(registration(&format!("s{n}"), "http://s")).await })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap().unwrap();
        }
        assert_eq!(State::open(folder.path()).unwrap().registrations().await.unwrap().len(), 20);
    }
}
