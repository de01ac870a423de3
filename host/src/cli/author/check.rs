//! `gloss check`: judges a component exactly as the gateway would, and says everything about it at once.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::value::RawValue;

use super::super::describe::described;
use super::super::options::Options;
use super::super::settings::Settings;
use super::super::table::printable;
use super::super::{Failure, say};
use super::report::{self, printed, size, took};
use super::trial::{Calls, Trial};
use super::workbench::{Measured, Workbench, read};
use crate::http::description_json;
use crate::plugin::{LoadError, Plugin, Steps};

/// What is to be judged.
#[derive(Args, Debug)]
pub(in super::super) struct Arguments {
    /// The component.
    file: PathBuf,
    /// The report as one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: Options,
}

/// Judges a file. The status tells whether it would be served.
pub(in super::super) fn check(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let file = &arguments.file;
    let bytes = read(file)?;
    let bench = Workbench::open(Settings::read(arguments.options.clone())?)?;
    let (judged, steps) = bench.judge(file, &bytes);
    let head = Head { file: file.display().to_string(), bytes: bytes.len(), served: judged.is_ok() };
    match judged {
        Ok(plugin) => {
            let trial =
                Trial::of(&bench, &plugin, bytes.len()).map_err(|failure| report::failure(&failure))?;
            if arguments.json {
                tell(&Report {
                    head,
                    steps: taken(&steps),
                    outcome: Outcome::Served(served(&plugin, &trial)),
                });
            } else {
                say(&format!(
                    "{}: serves as `{}` {}",
                    head.file,
                    plugin.description().name,
                    plugin.description().version
                ));
                say("");
                say_steps(&steps);
                say_plugin(&plugin, head.bytes);
                say_trial(&trial);
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            if arguments.json {
                tell(&Report { head, steps: taken(&steps), outcome: Outcome::Refused(refused(&error)) });
            } else {
                say_steps(&steps);
                report::refuse(file, &error);
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn say_steps(steps: &Steps) {
    say("Steps");
    for (step, time) in steps.passed() {
        say(&format!("  {:<12} passed in {}", step.to_string(), took(*time)));
    }
    if let Some((step, left)) = steps.failed() {
        say(&format!("  {:<12} failed, {left} not tried", step.to_string()));
    }
}

fn say_plugin(plugin: &Plugin, bytes: usize) {
    let description = plugin.description();
    say("");
    described(description).iter().skip(1).for_each(|line| say(line));
    say("\nThe component");
    say(&format!("  route        POST {}", description.path));
    say(&format!("  size         {}", size(bytes)));
    say(&format!("  sha256       {}", plugin.digest()));
    say(&format!("  contract     {}", plugin.contract()));
}

fn say_trial(trial: &Trial) {
    if let Some(Calls { fresh, reused }) = &trial.calls {
        say(&format!("  memory       {} in an instance that has answered", size(fresh.memory_bytes)));
        let (fresh, reused) = (took(fresh.median), took(reused.median));
        say(&format!("  call         {fresh} in a fresh instance, {reused} in one that is reused"));
    }
    if !trial.examples.is_empty() {
        say("\nAnswers to the examples");
    }
    for (place, tried) in trial.examples.iter().enumerate() {
        say(&format!("  {}  {} in {}", place + 1, printable(&tried.answer), took(tried.time)));
    }
    if !trial.warnings.is_empty() {
        say("\nWarnings");
    }
    trial.warnings.iter().for_each(|warning| say(&format!("  {}: {}", warning.kind, warning.sentence)));
}

/// The report for tools.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    head: Head,
    steps: Vec<StepReport>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
struct Head {
    file: String,
    bytes: usize,
    served: bool,
}

#[derive(Serialize)]
struct StepReport {
    step: String,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    us: Option<u128>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Served(Served),
    Refused(Refused),
}

#[derive(Serialize)]
struct Served {
    service: String,
    version: String,
    sha256: String,
    contract: String,
    description: Box<RawValue>,
    examples: Vec<ExampleReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<CallsReport>,
    warnings: Vec<WarningReport>,
}

#[derive(Serialize)]
struct ExampleReport {
    text: String,
    answer: Box<RawValue>,
    us: u128,
    memory_bytes: usize,
}

#[derive(Serialize)]
struct CallsReport {
    fresh: MeasuredReport,
    reused: MeasuredReport,
}

#[derive(Serialize)]
struct MeasuredReport {
    median_ns: u128,
    memory_bytes: usize,
}

#[derive(Serialize)]
struct WarningReport {
    kind: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct Refused {
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_words: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    printed: Option<String>,
}

fn tell(report: &Report) {
    // Its keys are strings.
    say(&serde_json::to_string_pretty(report).unwrap_or_default());
}

fn taken(steps: &Steps) -> Vec<StepReport> {
    let passed = steps.passed().iter().map(|(step, time)| StepReport {
        step: step.to_string(),
        passed: true,
        us: Some(time.as_micros()),
    });
    let failed =
        steps.failed().map(|(step, _)| StepReport { step: step.to_string(), passed: false, us: None });
    passed.chain(failed).collect()
}

fn served(plugin: &Plugin, trial: &Trial) -> Served {
    let description = plugin.description();
    let raw = |json: &str| RawValue::from_string(json.to_owned()).unwrap_or_default();
    let measured = |Measured { median, memory_bytes }: &Measured| MeasuredReport {
        median_ns: median.as_nanos(),
        memory_bytes: *memory_bytes,
    };
    let examples = trial.examples.iter().map(|tried| ExampleReport {
        text: tried.text.clone(),
        answer: raw(&tried.answer),
        us: tried.time.as_micros(),
        memory_bytes: tried.memory_bytes,
    });
    let warnings = trial
        .warnings
        .iter()
        .map(|warning| WarningReport { kind: warning.kind, detail: warning.sentence.clone() });
    Served {
        service: description.name.as_str().to_owned(),
        version: description.version.to_string(),
        sha256: plugin.digest().to_string(),
        contract: plugin.contract().to_owned(),
        description: raw(&description_json(description)),
        examples: examples.collect(),
        calls: trial
            .calls
            .as_ref()
            .map(|Calls { fresh, reused }| CallsReport { fresh: measured(fresh), reused: measured(reused) }),
        warnings: warnings.collect(),
    }
}

fn refused(error: &LoadError) -> Refused {
    let account = error.account();
    Refused { reason: error.to_string(), own_words: account.words, printed: printed(&account.captured) }
}
