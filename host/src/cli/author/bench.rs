//! `gloss bench`: what calls cost by the size of the text, with word-count beside it as a yardstick.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::super::options::Options;
use super::super::settings::Settings;
use super::super::{Failure, say};
use super::report::{self, took};
use super::workbench::{Measured, Turn, Workbench};
use crate::analysis::Document;
use crate::plugin::{Plugin, RunFailure};

/// What is to be measured.
#[derive(Args, Debug)]
pub(in super::super) struct Arguments {
    /// The component.
    file: PathBuf,
    /// A text that is repeated up to each size [default: some English prose].
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// How long each figure is measured.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 300)]
    turn_ms: u64,
    #[command(flatten)]
    options: Options,
}

/// Prose that most analyzers find something in.
const PROSE: &str = "Ada Lovelace met Charles Babbage in London in June 1833, and she was delighted! \
    The Analytical Engine was not finished, sadly; the Treasury of Great Britain would not pay for it. ";
const SIZES: [(&str, usize); 4] =
    [("100 B", 100), ("1 KiB", 1 << 10), ("32 KiB", 32 << 10), ("1 MiB", 1 << 20)];
const YARDSTICK: &str = "word-count";
const LEAST: usize = 5;

/// Measures a component, and word-count in the same run.
pub(in super::super) fn bench(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let text = match &arguments.text {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| format!("{} cannot be read: {error}", file.display()))?,
        None => PROSE.to_owned(),
    };
    if text.is_empty() {
        return Err("the text is empty".into());
    }
    let turn = Turn { time: Duration::from_millis(arguments.turn_ms), least: LEAST, most: usize::MAX };
    let bench = Workbench::open(Settings::read(arguments.options.clone())?)?;
    let Some(plugin) = bench.load(&arguments.file)? else { return Ok(ExitCode::FAILURE) };
    let yardstick = bench.standard(YARDSTICK)?;
    let name = plugin.description().name.as_str();
    say(&format!("{:<8}  {:>10}  {:>10}  {:>10}  {YARDSTICK}, fresh", "", "fresh", "reused", "MB/s"));
    for (size, bytes) in SIZES {
        let text: String = cut(&text, bytes);
        let beside = costs(&bench, &yardstick, &text, turn).map_err(|failure| report::failure(&failure))?;
        say(&match costs(&bench, &plugin, &text, turn) {
            Ok((fresh, reused)) => {
                let rate = text.len() as f64 / reused.median.as_secs_f64() / 1e6;
                let ratio = fresh.median.as_secs_f64() / beside.0.median.as_secs_f64();
                format!(
                    "{size:<8}  {:>10}  {:>10}  {rate:>10.1}  {}, {ratio:.1} times as long",
                    took(fresh.median),
                    took(reused.median),
                    took(beside.0.median),
                )
            }
            Err(failure) => format!("{size:<8}  {}", report::failure(&failure)),
        });
    }
    say(&format!(
        "\nMedians of a call: in a fresh instance, and in one that is reused, by which `{name}` reads so many megabytes a second."
    ));
    Ok(ExitCode::SUCCESS)
}

/// A fresh instance's call and that of one that is reused.
fn costs(
    bench: &Workbench,
    plugin: &Arc<Plugin>,
    text: &str,
    turn: Turn,
) -> Result<(Measured, Measured), RunFailure> {
    let document = Document::of(text.to_owned());
    let options = plugin.options(&[]).map_err(|refusal| *RunFailure::refused(refusal))?;
    let fresh = Workbench::measure(turn, || bench.analyze(plugin, &document, &options))?;
    let session = plugin.session(options);
    let reused = Workbench::measure(turn, || bench.analyze_again(&session, &document))?;
    Ok((fresh, reused))
}

/// The text again and again, up to so many bytes.
fn cut(text: &str, bytes: usize) -> String {
    let mut cut = String::with_capacity(bytes);
    for c in text.chars().cycle() {
        if cut.len() + c.len_utf8() > bytes {
            break;
        }
        cut.push(c);
    }
    cut
}
