//! `gloss check`: judges a plugin exactly as the gateway would.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::Failure;
use super::settings::Settings;
use crate::plugin::{Captured, Engine, LoadError, Loader, Origin, Plugin};

/// Judges `file` and says what it is, or why it is not served.
pub(super) fn check(file: &Path, settings: Settings) -> Result<ExitCode, Failure> {
    let bytes = fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let loader = Loader::new(Engine::new()?, None, settings.policy)?;
    let runtime = tokio::runtime::Runtime::new()?;
    match runtime.block_on(loader.load(Arc::from(bytes), Origin::File(file.to_owned()))) {
        Ok(plugin) => {
            accept(file, &plugin);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            refuse(file, &error);
            Ok(ExitCode::FAILURE)
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer to the command")]
fn accept(file: &Path, plugin: &Plugin) {
    let description = plugin.description();
    println!("{}: serves as `{}` {}", file.display(), description.name, description.version);
    println!("  {}", description.summary);
    println!("  route    POST {}", description.path);
    println!("  sha256   {}", plugin.digest());
    println!("  examples {} analyzed", description.examples.len());
}

#[expect(clippy::print_stderr, reason = "the answer to the command")]
fn refuse(file: &Path, error: &LoadError) {
    eprintln!("{}: refused: {error}", file.display());
    if let Some(Captured { text, total_bytes }) = error.captured().filter(|captured| captured.total_bytes > 0)
    {
        eprintln!("what it printed and logged ({total_bytes} bytes):");
        eprintln!("{}", String::from_utf8_lossy(text).trim_end());
    }
}
