//! `gloss test`: golden cases through the real engine and limits.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use golden::{Case, Outcome};
use serde_json::json;
use serde_json::value::to_raw_value;

use super::super::options::Options;
use super::super::settings::Settings;
use super::super::table::printable;
use super::super::{Failure, say};
use super::report;
use super::workbench::Workbench;
use crate::analysis::{self, Document, Member, Refusal, Value};
use crate::http::{Offsets, analysis_json};
use crate::plugin::{Plugin, RunError};

/// What is to be tested.
#[derive(Args, Debug)]
pub(in super::super) struct Arguments {
    /// The component.
    file: PathBuf,
    /// A file of golden cases.
    #[arg(long, value_name = "FILE", default_value = "cases.toml")]
    cases: PathBuf,
    #[command(flatten)]
    options: Options,
}

/// Has a component answer every case. The status tells whether all hold.
pub(in super::super) fn test(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let cases = golden::read(&arguments.cases)?;
    let bench = Workbench::open(Settings::read(arguments.options.clone())?)?;
    let Some(plugin) = bench.load(&arguments.file)? else { return Ok(ExitCode::FAILURE) };
    let mut failed = 0;
    for case in &cases {
        let outcome = answer(&bench, &plugin, case);
        let differences = case.differences(&outcome);
        let verdict = if differences.is_empty() { "ok    " } else { "FAILED" };
        say(&format!("{verdict}  {}", printable(&case.name)));
        failed += usize::from(!differences.is_empty());
        for difference in differences {
            say(&format!("        {}", difference.place));
            say(&format!("          expected  {}", indented(&difference.expected)));
            say(&format!("          found     {}", indented(&difference.found)));
        }
    }
    let held = cases.len() - failed;
    say(&format!("\n{held} of {} cases hold", cases.len()));
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn answer(bench: &Workbench, plugin: &Arc<Plugin>, case: &Case) -> Outcome {
    let document = Document { language: case.language.clone(), ..Document::of(case.text.clone()) };
    let refusal = case.language.as_deref().and_then(|tag| plugin.description().refuse_language(tag));
    if let Some(refusal) = refusal {
        return refused(&refusal);
    }
    // A JSON value is JSON.
    let member = |(name, value): (&String, &serde_json::Value)| {
        Some(Member { name: name.clone(), value: Value::Json(to_raw_value(value).ok()?) })
    };
    let settings: Vec<Member> = case.settings.iter().filter_map(member).collect();
    let options = match plugin.options(&settings) {
        Ok(options) => analysis::Options { explain: case.explain, ..options },
        Err(refusal) => return refused(&refusal),
    };
    match bench.analyze(plugin, &document, &options) {
        Ok((analysis, _)) => {
            let json = analysis_json(&analysis, &case.text, Offsets::CodePoint);
            Outcome::Answer(serde_json::from_str(&json).unwrap_or_default())
        }
        Err(failure) => match &failure.error {
            RunError::Refused(refusal) => refused(refusal),
            _ => Outcome::Failure(report::failure(&failure)),
        },
    }
}

fn refused(refusal: &Refusal) -> Outcome {
    let Refusal { reason, subject, detail } = refusal;
    Outcome::Refusal(json!({"reason": reason.to_string(), "subject": subject, "detail": detail}))
}

/// Words of several lines below each other.
fn indented(words: &str) -> String {
    words.lines().map(printable).collect::<Vec<_>>().join("\n                    ")
}
