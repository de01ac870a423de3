//! Compiled code on disk, so that a component is compiled once and not at every start.
//!
//! An entry is keyed by the component's digest and by everything of the engine that the code depends on.
//! It is written under another name and renamed, and carries a checksum: **an entry that is not whole, or
//! not ours, is as good as none**. Compiled code is trusted like the program itself, so the folder must
//! belong to the user who runs Gloss, and nothing from a plugin folder ever gets here uncompiled.
//!
//! Several processes may share the folder: each writes under names of its own, and an entry that one of them
//! removes is only compiled again by the others. What was not used for longest goes when there is too much.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use wasmtime::component::Component;

use super::code::deserialize;
use super::digest::Digest;
use super::engine::Runtime;

/// First bytes of an entry: what it is and the version of its layout.
const MAGIC: &[u8; 16] = b"gloss-compiled-1";
const CHECKSUM_BYTES: usize = 32;
/// Most that all entries together may take.
const MOST_BYTES: u64 = 1 << 30;
/// Who writes an entry is done with it after this long, or has died.
const WRITING: Duration = Duration::from_secs(3600);

/// A folder of compiled code.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Uses `folder`, which is made if it does not exist, for its owner alone.
    ///
    /// # Errors
    ///
    /// [`CacheError`] if it cannot be made or written to, or if others could put code there.
    pub fn open(folder: PathBuf) -> Result<Self, CacheError> {
        match make_private(&folder).and_then(|()| is_private(&folder)) {
            Ok(true) => {
                let cache = Self { folder };
                cache.tidy(MOST_BYTES);
                Ok(cache)
            }
            Ok(false) => Err(CacheError::Shared { folder }),
            Err(source) => Err(CacheError::Unusable { folder, source }),
        }
    }

    /// The compiled component, if there is a sound entry for it.
    pub(super) fn load(&self, runtime: &Runtime, digest: Digest) -> Option<Component> {
        let path = self.path(runtime, digest);
        let entry = fs::read(&path).ok()?;
        // The time of its last use; one that cannot be noted only makes it look older than it is.
        let _ = fs::File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        deserialize(runtime, payload(&entry)?).ok()
    }

    /// Keeps compiled code. A full or read-only disk costs the next start some time and nothing else, so
    /// the caller may ignore the error.
    ///
    /// # Errors
    ///
    /// If the entry cannot be written.
    pub(super) fn store(&self, runtime: &Runtime, digest: Digest, code: &[u8]) -> io::Result<()> {
        let path = self.path(runtime, digest);
        let partial = partial_name(&path);
        let written = write_entry(&partial, code).and_then(|()| fs::rename(&partial, &path));
        if written.is_err() {
            let _ = fs::remove_file(&partial);
        } else {
            self.tidy(MOST_BYTES);
        }
        written
    }

    /// Removes what writers left behind that have died, and what was not used for longest until the rest
    /// takes no more than `most_bytes`. What cannot be removed stays.
    fn tidy(&self, most_bytes: u64) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        let mut entries = Vec::new();
        for file in files.filter_map(Result::ok) {
            let Ok(metadata) = file.metadata() else { continue };
            let (path, used) = (file.path(), metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH));
            let kind = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            match kind {
                "cwasm" => entries.push((used, metadata.len(), path)),
                "partial" if used.elapsed().is_ok_and(|age| age > WRITING) => {
                    let _ = fs::remove_file(path);
                }
                _ => {}
            }
        }
        entries.sort();
        let mut bytes: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, entry_bytes, path) in entries {
            if bytes <= most_bytes {
                return;
            }
            bytes -= entry_bytes;
            let _ = fs::remove_file(path);
        }
    }

    fn path(&self, runtime: &Runtime, digest: Digest) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        runtime.engine.precompile_compatibility_hash().hash(&mut hasher);
        self.folder.join(format!("{digest}-{:016x}.cwasm", hasher.finish()))
    }
}

/// Why a folder does not serve as a cache.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It cannot be made or written to.
    #[error("the folder {} for compiled code cannot be used", .folder.display())]
    Unusable {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than its owner may write to it, or its owner is someone else.
    #[error("the folder {} for compiled code is open to other users; make it yours alone", .folder.display())]
    Shared {
        /// Which.
        folder: PathBuf,
    },
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Whether only we can write there: the folder is ours, as a file that we make in it is, and no one else's
/// to write to.
#[cfg(unix)]
fn is_private(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    let ours = partial_name(&folder.join("owner"));
    let owner = fs::File::create(&ours)?.metadata()?.uid();
    fs::remove_file(&ours)?;
    let metadata = fs::metadata(folder)?;
    Ok(metadata.uid() == owner && metadata.mode() & WRITABLE_BY_OTHERS == 0)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(not(unix))]
fn is_private(_: &Path) -> io::Result<bool> {
    Ok(true)
}

/// A name that no other process or thread writes to at the same time.
fn partial_name(path: &Path) -> PathBuf {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    path.with_extension(format!("{}-{count}.partial", std::process::id()))
}

fn write_entry(path: &Path, code: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(MAGIC)?;
    file.write_all(Digest::of(code).as_bytes())?;
    file.write_all(code)
}

fn payload(entry: &[u8]) -> Option<&[u8]> {
    let (checksum, code) = entry.strip_prefix(MAGIC)?.split_at_checked(CHECKSUM_BYTES)?;
    (Digest::of(code).as_bytes() == checksum).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path().join("cache")).unwrap();
        let now = SystemTime::now();
        let put = |name: &str, bytes: usize, age: u64| {
            let path = cache.folder.join(name);
            fs::write(&path, vec![0; bytes]).unwrap();
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_modified(now - Duration::from_secs(age)).unwrap();
        };
        put("old.cwasm", 100, 300);
        put("new.cwasm", 100, 100);
        put("middle.cwasm", 100, 200);
        put("dead.partial", 1, 2 * WRITING.as_secs());
        put("living.partial", 1, 1);
        put("mine.txt", 1000, 1_000_000);
        let names = || {
            let mut names: Vec<String> = fs::read_dir(&cache.folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        cache.tidy(300);
        assert_eq!(names(), ["living.partial", "middle.cwasm", "mine.txt", "new.cwasm", "old.cwasm"]);
        cache.tidy(250);
        assert_eq!(names(), ["living.partial", "middle.cwasm", "mine.txt", "new.cwasm"]);
        cache.tidy(0);
        assert_eq!(names(), ["living.partial", "mine.txt"]);
    }
}
