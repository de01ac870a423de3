//! The log: structured events on standard error. It never holds a text under analysis.

use std::io;

use tracing_subscriber::filter::{EnvFilter, FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, registry};

use super::Failure;
use super::options::LogFormat;

/// Where our own events come from. Others are never logged, whatever the filter says: the engine's, at
/// their finest, hold what guests pass to the host.
const OWN_TARGET: &str = env!("CARGO_CRATE_NAME");

/// Sets up the log of the process.
pub(super) fn start(filter: &str, format: LogFormat) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("--log is wrong: {error}"))?;
    let own = filter_fn(|event| event.target().split("::").next() == Some(OWN_TARGET));
    let ansi = io::IsTerminal::is_terminal(&io::stderr());
    let layer = fmt::layer().with_writer(io::stderr).with_ansi(ansi);
    let layer = match format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().boxed(),
    };
    registry().with(layer.with_filter(filter.and(own))).try_init()?;
    Ok(())
}
