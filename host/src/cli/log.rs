//! The log: structured events on standard error. It never holds a text under analysis.

use std::io;

use tracing_subscriber::EnvFilter;

use super::Failure;
use super::options::LogFormat;

/// Sets up the log of the process.
pub(super) fn start(filter: &str, format: LogFormat) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("--log is wrong: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => builder.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).try_init(),
        LogFormat::Json => builder.json().try_init(),
    }
}
