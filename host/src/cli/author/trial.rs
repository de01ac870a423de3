//! A sound component's calls: what it answers to its examples, what that costs, and what is seldom wanted of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::report::{size, took};
use super::workbench::{Measured, Turn, Workbench};
use crate::analysis::{Document, Example, Options};
use crate::http::{Offsets, analysis_json};
use crate::plugin::{Plugin, RunFailure};

/// How long calls are measured: an author waits for it.
const TURN: Turn = Turn { time: Duration::from_millis(200), least: 3, most: 1000 };
/// A component of so many bytes takes long to copy, compile and start: what a language's runtime brings with it.
const LARGE_BYTES: usize = 8 * 1024 * 1024;
/// A fresh instance that takes so much longer than a reused one is slow to start: a twentieth of what a call may take.
const SLOW_START: Duration = Duration::from_millis(100);

/// What its calls do and cost.
pub(super) struct Trial {
    pub(super) examples: Vec<Tried>,
    /// Of the first example.
    pub(super) calls: Option<Calls>,
    pub(super) warnings: Vec<Warning>,
}

/// What a call costs in a fresh instance, and in one that is reused.
pub(super) struct Calls {
    pub(super) fresh: Measured,
    pub(super) reused: Measured,
}

/// An example and what became of it.
pub(super) struct Tried {
    pub(super) text: String,
    /// As clients see it, in JSON.
    pub(super) answer: String,
    pub(super) time: Duration,
    pub(super) memory_bytes: usize,
}

/// Something that is allowed and seldom wanted.
pub(super) struct Warning {
    pub(super) kind: &'static str,
    pub(super) sentence: String,
}

impl Trial {
    pub(super) fn of(bench: &Workbench, plugin: &Arc<Plugin>, bytes: usize) -> Result<Self, RunFailure> {
        let examples = plugin.description().examples.clone();
        let tried = examples.iter().map(|example| Tried::of(bench, plugin, example));
        let tried = tried.collect::<Result<Vec<_>, _>>()?;
        // The contract asks for one at least.
        let calls = examples.first().map(|example| Calls::of(bench, plugin, example)).transpose()?;
        let mut warnings = Vec::new();
        let mut warn = |kind, sentence| warnings.push(Warning { kind, sentence });
        if bytes >= LARGE_BYTES {
            warn("large", format!("It has {}: it takes long to copy and to compile.", size(bytes)));
        }
        let start = calls.as_ref().map_or(Duration::ZERO, Calls::start);
        if start >= SLOW_START {
            let more = took(start);
            warn(
                "slow-start",
                format!(
                    "A fresh instance takes {more} more than one that is reused: do less before the first call."
                ),
            );
        }
        if let Some(place) = keeps_state(bench, plugin, &examples)? {
            warn(
                "stateful",
                format!(
                    "It answers example {place} otherwise when the same instance is asked again: something of the first call stays, and who asks for many documents may get it."
                ),
            );
        }
        Ok(Self { examples: tried, calls, warnings })
    }
}

impl Calls {
    fn of(bench: &Workbench, plugin: &Arc<Plugin>, example: &Example) -> Result<Self, RunFailure> {
        let (document, options) = question(plugin, example)?;
        let fresh = Workbench::measure(TURN, || bench.analyze(plugin, &document, &options))?;
        let session = plugin.session(options);
        let reused = Workbench::measure(TURN, || bench.analyze_again(&session, &document))?;
        Ok(Self { fresh, reused })
    }

    /// What the start of an instance adds to a call.
    fn start(&self) -> Duration {
        self.fresh.median.saturating_sub(self.reused.median)
    }
}

impl Tried {
    fn of(bench: &Workbench, plugin: &Arc<Plugin>, example: &Example) -> Result<Self, RunFailure> {
        let (document, options) = question(plugin, example)?;
        let since = Instant::now();
        let (analysis, cost) = bench.analyze(plugin, &document, &options)?;
        let time = since.elapsed();
        let answer = analysis_json(&analysis, &document.text, Offsets::CodePoint);
        Ok(Self { text: document.text, answer, time, memory_bytes: cost.memory_bytes })
    }
}

/// How an example is put.
fn question(plugin: &Plugin, example: &Example) -> Result<(Document, Options), RunFailure> {
    let document = Document { language: example.language.clone(), ..Document::of(example.text.clone()) };
    let options = plugin.options(&example.settings).map_err(|refusal| *RunFailure::refused(refusal))?;
    Ok((document, options))
}

/// The first example, from 1, that an instance answers otherwise when it is asked again.
fn keeps_state(
    bench: &Workbench,
    plugin: &Arc<Plugin>,
    examples: &[Example],
) -> Result<Option<usize>, RunFailure> {
    for (place, example) in examples.iter().enumerate() {
        let (document, options) = question(plugin, example)?;
        let session = plugin.session(options);
        let ask = || -> Result<String, RunFailure> {
            let (analysis, _) = bench.analyze_again(&session, &document)?;
            Ok(analysis_json(&analysis, &document.text, Offsets::Utf8))
        };
        if ask()? != ask()? {
            return Ok(Some(place + 1));
        }
    }
    Ok(None)
}
