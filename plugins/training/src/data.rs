//! The developers' data: read, and known by its hashes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Failure;

/// A folder of data, and the hashes of what was read from it.
pub(crate) struct Data {
    folder: PathBuf,
    hashes: BTreeMap<String, String>,
}

impl Data {
    pub(crate) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), hashes: BTreeMap::new() }
    }

    /// Whether it has a file.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.folder.join(file).is_file()
    }

    /// The text of a file, named by its path in the folder.
    pub(crate) fn read(&mut self, file: &str) -> Result<String, Failure> {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        self.know(file, &text);
        Ok(text)
    }

    /// Takes what was read from elsewhere into the hashes, under a name.
    pub(crate) fn know(&mut self, name: &str, text: &str) {
        let hash = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        self.hashes.insert(name.to_owned(), hash);
    }

    /// One hash over everything that was read so far.
    pub(crate) fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for (file, hash) in &self.hashes {
            digest.update(format!("{hash}  {file}\n"));
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The hash of each file that was read, by its name.
    pub(crate) fn hashes(&self) -> &BTreeMap<String, String> {
        &self.hashes
    }
}
