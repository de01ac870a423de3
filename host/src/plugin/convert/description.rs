//! What an analyzer says of itself.

use std::collections::HashSet;

use super::value::{finite, kind, language, members, name, value};
use super::{Violation, wit};
use crate::analysis::{Description, Example, Kind, Label, Output, OutputKind, Path, ServiceName, Setting};

/// Most of each list, as the contract has it.
const MAX_LANGUAGES: usize = 256;
const MAX_LABELS: usize = 4096;
const MAX_SETTINGS: usize = 64;
const MAX_OUTPUTS: usize = 256;
/// Most examples, as the contract has it: each is run before the plugin serves.
const MAX_EXAMPLES: usize = 16;
/// Longest example, in bytes, as the contract has it.
const MAX_EXAMPLE_BYTES: usize = 4096;

/// Checks a description.
///
/// # Errors
///
/// The first rule it breaks.
pub(in super::super) fn description(raw: wit::Description) -> Result<Description, Violation> {
    let name =
        ServiceName::new(&raw.name).map_err(|error| Violation::new(error.to_string()).within("name"))?;
    let version = semver::Version::parse(&raw.version)
        .map_err(|error| Violation::new(format!("not a semantic version, {error}")).within("version"))?;
    if raw.summary.trim().is_empty() {
        return Err(Violation::new("it is empty").within("summary"));
    }
    if !(1..=MAX_EXAMPLES).contains(&raw.examples.len()) {
        let rule = format!("there are {}, and must be 1 to {MAX_EXAMPLES}", raw.examples.len());
        return Err(Violation::new(rule).within("examples"));
    }
    at_most(MAX_LANGUAGES, "languages", raw.languages.len())?;
    at_most(MAX_LABELS, "labels", raw.labels.len())?;
    at_most(MAX_SETTINGS, "settings", raw.settings.len())?;
    at_most(MAX_OUTPUTS, "outputs", raw.outputs.len())?;
    let settings = each("setting", raw.settings, setting)?;
    unique("settings", settings.iter().map(|setting| setting.name.as_str()))?;
    let labels = each("label", raw.labels, label)?;
    unique("labels", labels.iter().map(|label| label.name.as_str()))?;
    let outputs = each("output", raw.outputs, output)?;
    unique("outputs", outputs.iter().map(|output| (output.kind as u8, output.name.as_str())))?;
    Ok(Description {
        name,
        version,
        summary: raw.summary,
        path: path(raw.path)?,
        languages: each("language", raw.languages, language)?,
        labels,
        open_labels: raw.open_labels,
        examples: each("example", raw.examples, |example| self::example(example, &settings))?,
        settings,
        outputs,
        metadata: members(raw.metadata).map_err(|violation| violation.within("metadata"))?,
    })
}

fn at_most(most: usize, what: &str, count: usize) -> Result<(), Violation> {
    if count <= most {
        return Ok(());
    }
    Err(Violation::new(format!("there are {count}, and may be {most}")).within(what))
}

/// Checks every item of a list, and says which one is wrong.
fn each<R, T>(
    what: &str,
    items: Vec<R>,
    check: impl Fn(R) -> Result<T, Violation>,
) -> Result<Vec<T>, Violation> {
    let numbered = items.into_iter().enumerate();
    let checked = numbered.map(|(index, item)| {
        check(item).map_err(|violation| violation.within(&format!("{what} {}", index + 1)))
    });
    checked.collect()
}

fn unique<K: Eq + std::hash::Hash>(what: &str, keys: impl Iterator<Item = K>) -> Result<(), Violation> {
    let mut seen = HashSet::new();
    for (index, key) in keys.enumerate() {
        if !seen.insert(key) {
            return Err(Violation::new(format!("number {} repeats an earlier one", index + 1)).within(what));
        }
    }
    Ok(())
}

fn path(path: Option<String>) -> Result<Path, Violation> {
    let Some(path) = path else { return Ok(Path::default()) };
    Path::new(&path).map_err(|error| Violation::new(format!("`{path}`: {error}")).within("path"))
}

fn label(raw: wit::Label) -> Result<Label, Violation> {
    if raw.name.is_empty() {
        return Err(Violation::new("its name is empty"));
    }
    Ok(Label { name: raw.name, summary: raw.summary, group: raw.group.map(name).transpose()? })
}

fn output(raw: wit::Output) -> Result<Output, Violation> {
    let kind = match raw.kind {
        wit::OutputKind::Answer => OutputKind::Answer,
        wit::OutputKind::Measure => OutputKind::Measure,
        wit::OutputKind::Layer => OutputKind::Layer,
        wit::OutputKind::Passage => OutputKind::Passage,
        wit::OutputKind::Vector => OutputKind::Vector,
        wit::OutputKind::Data => OutputKind::Data,
    };
    if kind == OutputKind::Answer && raw.name != "result" {
        return Err(Violation::new("the name of the answer is `result`"));
    }
    if raw.unit.is_some() && !matches!(kind, OutputKind::Measure | OutputKind::Answer) {
        return Err(Violation::new("a unit goes with a measure or the answer only"));
    }
    if raw.dimensions.is_some() && kind != OutputKind::Vector {
        return Err(Violation::new("dimensions go with a vector only"));
    }
    let (summary, unit, dimensions) = (raw.summary, raw.unit, raw.dimensions);
    Ok(Output { name: name(raw.name)?, kind, summary, unit, dimensions })
}

fn setting(raw: wit::Setting) -> Result<Setting, Violation> {
    let setting = Setting {
        name: name(raw.name)?,
        summary: raw.summary,
        kind: kind(raw.kind),
        default: raw.default.map(value).transpose()?,
        minimum: raw.minimum.map(finite).transpose()?,
        maximum: raw.maximum.map(finite).transpose()?,
        choices: raw.choices,
    };
    let numeric = matches!(setting.kind, Kind::Integer | Kind::Number | Kind::Numbers);
    let textual = matches!(setting.kind, Kind::Text | Kind::Texts);
    let bounded = setting.minimum.is_some() || setting.maximum.is_some();
    if bounded && !numeric {
        return Err(Violation::new("a minimum or maximum goes with integer, number or numbers only"));
    }
    if !setting.choices.is_empty() && !textual {
        return Err(Violation::new("choices go with text or texts only"));
    }
    if setting.minimum.zip(setting.maximum).is_some_and(|(minimum, maximum)| minimum > maximum) {
        return Err(Violation::new("its minimum is over its maximum"));
    }
    if setting.default.as_ref().is_some_and(|default| !setting.accepts(default)) {
        return Err(Violation::new("its default is of another kind, out of range or not among the choices"));
    }
    Ok(setting)
}

fn example(raw: wit::Example, settings: &[Setting]) -> Result<Example, Violation> {
    if raw.text.len() > MAX_EXAMPLE_BYTES {
        return Err(Violation::new(format!("its text has more than {MAX_EXAMPLE_BYTES} bytes")));
    }
    let given = members(raw.settings)?;
    let fits = |member: &crate::analysis::Member| {
        settings.iter().any(|setting| setting.name == member.name && setting.accepts(&member.value))
    };
    if !given.iter().all(fits) {
        return Err(Violation::new("one of its settings is not described or does not fit"));
    }
    Ok(Example { text: raw.text, language: raw.language.map(language).transpose()?, settings: given })
}
