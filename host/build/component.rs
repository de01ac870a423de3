//! Builds guest crates of this workspace to components, with a cargo inside the cargo.
//!
//! The build script uses this for the standard analyzers, the tests for their guests.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-wasip2";

/// Builds what `selection` selects (`--package word-count`) in a profile of the workspace, and returns the
/// folder of the components.
///
/// The inner cargo has a target folder of its own, below the outer one's, or the two would wait for each
/// other's lock; and none of the outer one's environment, which is meant for the host.
pub(crate) fn build(
    workspace: &Path,
    target_folder: &Path,
    profile: &str,
    selection: &[&str],
) -> Result<PathBuf, String> {
    ensure_target()?;
    let folder = target_folder.join("guests");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(workspace)
        .args(["build", "--locked", "--profile", profile, "--target", TARGET, "--target-dir"])
        .arg(&folder)
        .args(selection);
    for (variable, _) in env::vars_os() {
        if is_for_the_host(&variable.to_string_lossy()) {
            cargo.env_remove(&variable);
        }
    }
    let output = cargo.output().map_err(|error| format!("cargo does not start: {error}"))?;
    if output.status.success() {
        Ok(folder.join(TARGET).join(profile))
    } else {
        let report = String::from_utf8_lossy(&output.stderr);
        Err(format!("the components do not build ({} {}):\n{report}", "cargo build", selection.join(" ")))
    }
}

/// What cargo and its wrappers set for the crate that is being built.
fn is_for_the_host(variable: &str) -> bool {
    let set_by_cargo = ["CARGO_PKG_", "CARGO_CFG_", "CARGO_FEATURE_", "CARGO_MANIFEST_", "DEP_"];
    let flags =
        ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC", "RUSTDOC", "CARGO_TARGET_DIR", "TARGET", "HOST"];
    let build =
        ["OUT_DIR", "NUM_JOBS", "OPT_LEVEL", "DEBUG", "PROFILE", "CARGO_MAKEFLAGS", "CARGO_BUILD_TARGET"];
    set_by_cargo.iter().any(|prefix| variable.starts_with(prefix))
        || flags.contains(&variable)
        || build.contains(&variable)
        || (variable.starts_with("RUSTC_") && variable.ends_with("WRAPPER"))
}

/// Installs the WebAssembly target where rustup may, and says what to type where it may not.
fn ensure_target() -> Result<(), String> {
    if has_target() {
        return Ok(());
    }
    // A failure shows in the second look.
    let _ = Command::new("rustup").args(["target", "add", TARGET]).output();
    if has_target() {
        return Ok(());
    }
    Err(format!("the plugins need Rust's WebAssembly target; type: rustup target add {TARGET}"))
}

fn has_target() -> bool {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = sysroot.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    sysroot.is_some_and(|sysroot| Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).exists())
}
