//! `gloss services` and `gloss describe`: what is there, and what it does.

use std::process::ExitCode;
use std::sync::Arc;

use super::house::House;
use super::settings::Settings;
use super::table::printable;
use super::{Failure, log, say};
use crate::analysis::{Description, Kind, Setting, Value};
use crate::http::service_json;
use crate::registry::{Backend, Service, Snapshot};

/// Lists the services in the order of their ports, and the files that are refused.
pub(super) fn list(settings: &Settings) -> Result<ExitCode, Failure> {
    let snapshot = load(settings)?;
    let width = snapshot.services().iter().map(|service| service.name.as_str().len()).max().unwrap_or(0);
    for service in snapshot.services() {
        let name = service.name.as_str();
        say(&match &service.backend {
            Backend::Plugin(plugin) => {
                let description = plugin.description();
                let version = description.version.to_string();
                format!("{name:<width$}  {version:<8} {}", printable(&description.summary))
            }
            Backend::Remote(url) => format!("{name:<width$}  {:<8} {url}", "url"),
        });
    }
    for refused in snapshot.refused() {
        say(&format!("{}: refused: {}", refused.file.display(), refused.reason));
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells what one service does.
pub(super) fn describe(name: &str, json: bool, settings: &Settings) -> Result<ExitCode, Failure> {
    let snapshot = load(settings)?;
    let service = snapshot.service(name).ok_or_else(|| {
        let names: Vec<&str> = snapshot.services().iter().map(|service| service.name.as_str()).collect();
        format!("there is no service `{name}`; there are {}", names.join(", "))
    })?;
    say(&if json { service_json(service, &snapshot) } else { page(service) });
    Ok(ExitCode::SUCCESS)
}

fn load(settings: &Settings) -> Result<Arc<Snapshot>, Failure> {
    log::start(settings.log.as_deref().unwrap_or("error"), settings.log_format)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let mut house = House::build(settings)?;
        house.load().await?;
        house.open();
        Ok(house.gateway.snapshot())
    })
}

fn page(service: &Service) -> String {
    match &service.backend {
        Backend::Plugin(plugin) => {
            let mut lines = described(plugin.description());
            let limits = plugin.limits();
            lines.push(String::new());
            lines.push(format!("origin    {}", plugin.origin()));
            lines.push(format!("sha256    {}", plugin.digest()));
            lines.push(format!("contract  {}", plugin.contract()));
            lines.push(format!(
                "limits    {} bytes of text, {} ms, {} bytes of memory, {} bytes of answer",
                limits.input_bytes,
                limits.deadline.as_millis(),
                limits.memory_bytes,
                limits.output_bytes
            ));
            lines.join("\n")
        }
        Backend::Remote(url) => format!("{}\n\nA registered URL: {url}", service.name),
    }
}

pub(super) fn described(description: &Description) -> Vec<String> {
    let mut lines =
        vec![format!("{} {}", description.name, description.version), description.summary.clone()];
    let mut section = |title: &str, entries: Vec<(String, String)>| {
        if entries.is_empty() {
            return;
        }
        lines.extend([String::new(), title.to_owned()]);
        let width = entries.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        lines.extend(entries.iter().map(|(name, meaning)| format!("  {name:<width$}  {meaning}")));
    };
    let languages = match description.languages.as_slice() {
        [] => "any".to_owned(),
        languages => languages.join(", "),
    };
    section("Languages", vec![(languages, String::new())]);
    let labels = description.labels.iter().map(|label| (label.name.clone(), label.summary.clone()));
    section("Labels", labels.collect());
    let settings = description.settings.iter();
    section("Settings", settings.map(|setting| (setting.name.clone(), taken(setting))).collect());
    let outputs = description.outputs.iter();
    section("Reports", outputs.map(|output| (output.name.clone(), output.summary.clone())).collect());
    let examples = description.examples.iter();
    section("Examples", examples.map(|example| (example.text.clone(), String::new())).collect());
    lines.into_iter().map(|line| printable(line.trim_end())).collect()
}

/// What a setting is for, and which values it takes.
fn taken(setting: &Setting) -> String {
    let kind = match setting.kind {
        Kind::Boolean => "true or false",
        Kind::Integer => "whole number",
        Kind::Number => "number",
        Kind::Text => "text",
        Kind::Texts => "texts",
        Kind::Numbers => "numbers",
        Kind::Json => "JSON",
    };
    let mut words = vec![kind.to_owned()];
    words.extend(setting.minimum.map(|least| format!("from {least}")));
    words.extend(setting.maximum.map(|greatest| format!("up to {greatest}")));
    if !setting.choices.is_empty() {
        words.push(format!("of {}", setting.choices.join(", ")));
    }
    words.push(match &setting.default {
        Some(default) => format!("default {}", shown(default)),
        None => "must be given".into(),
    });
    format!("{} ({})", setting.summary, words.join(", "))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(value) => format!("`{value}`"),
        Value::Texts(values) => format!("{values:?}"),
        Value::Numbers(values) => format!("{values:?}"),
        Value::Json(json) => json.get().to_owned(),
    }
}
