//! Components for the gateway: the test guests, built once for all tests, and the standard analyzers.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::repository;
use crate::component;

/// A guest of `host/tests/guests/examples`.
pub(crate) fn guest(name: &str) -> PathBuf {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
        let selection = ["--package", "guests", "--examples"];
        let folder = component::build(&repository(), &target_folder(), "release", &selection);
        folder.unwrap_or_else(|error| panic!("{error}")).join("examples")
    });
    let file = BUILT.join(name.replace('-', "_")).with_extension("wasm");
    assert!(file.exists(), "there is no guest {name}");
    file
}

/// A guest in another language, if `host/tests/guests/build-foreign` has made it.
pub(crate) fn foreign_guest(name: &str) -> Option<PathBuf> {
    let file = target_folder().join("guests/foreign").join(name).with_extension("wasm");
    if file.exists() {
        return Some(file);
    }
    assert!(std::env::var_os("GLOSS_TEST_FOREIGN").is_none(), "{name} is not built");
    println!("skipped: {name} is not built; host/tests/guests/build-foreign builds it");
    None
}

/// The component of a standard analyzer, in a file of its own.
pub(crate) fn standard_component(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("standard");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join(name).with_extension("wasm");
    std::fs::write(&file, gloss::standard::component(name).expect("a standard analyzer")).expect("a file");
    file
}

/// The folder that holds what this build made.
pub(crate) fn target_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder").to_owned()
}
