//! `gloss check`: judges a plugin exactly as the gateway would.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::settings::Settings;
use super::{Failure, compiler, say, warn};
use crate::plugin::{Captured, Engine, LoadError, Loader, Origin, Plugin};

/// Judges `file` and says what it is, or why it is not served.
pub(super) fn check(file: &Path, settings: Settings) -> Result<ExitCode, Failure> {
    let bytes = fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let loader = Loader::new(Engine::new()?, compiler(&settings)?, None, settings.policy);
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

fn accept(file: &Path, plugin: &Plugin) {
    let description = plugin.description();
    let (name, version) = (&description.name, &description.version);
    say(&format!("{}: serves as `{name}` {version}", file.display()));
    say(&format!("  {}", description.summary));
    say(&format!("  route     POST {}", description.path));
    say(&format!("  sha256    {}", plugin.digest()));
    say(&format!("  examples  {} analyzed", description.examples.len()));
}

fn refuse(file: &Path, error: &LoadError) {
    warn(&format!("{}: refused: {error}", file.display()));
    if let Some(words) = error.own_words() {
        warn(&format!("it says: {words}"));
    }
    if let Some(Captured { text, total_bytes }) = error.captured().filter(|captured| captured.total_bytes > 0)
    {
        let text = String::from_utf8_lossy(text);
        warn(&format!("what it printed and logged ({total_bytes} bytes):\n{}", text.trim_end()));
    }
}
