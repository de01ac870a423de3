//! Settings: from what an operator or a caller wrote to values that fit the description.
//!
//! A configuration file knows no difference between `1` and `1.0`, and a request is JSON throughout, so a
//! value is read as the kind that its setting has. **An analysis never runs with a setting that does not fit.**

use super::convert;
use crate::analysis::{Description, Kind, Member, Setting, Value};

/// What is wrong with one setting: its name, and a sentence on it that holds the name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) name: String,
    pub(super) sentence: String,
}

/// All settings of a description: those of `given` that it takes, and those of `defaults` for the rest, in
/// the description's order. One that has no value in either is left out.
pub(super) fn complete(
    description: &Description,
    given: &[Member],
    defaults: &[Member],
) -> Result<Vec<Member>, Misfit> {
    for (place, Member { name, .. }) in given.iter().enumerate() {
        if !description.settings.iter().any(|setting| setting.name == *name) {
            return Err(unknown(description, name));
        }
        if given.iter().take(place).any(|earlier| earlier.name == *name) {
            let sentence = format!("The setting `{name}` is given twice.");
            return Err(Misfit { name: name.clone(), sentence });
        }
    }
    let mut settings = Vec::with_capacity(description.settings.len());
    for setting in &description.settings {
        let named = |member: &&Member| member.name == setting.name;
        if let Some(member) = given.iter().find(named) {
            settings.push(Member { name: member.name.clone(), value: fit(setting, &member.value)? });
        } else if let Some(default) = defaults.iter().find(named) {
            settings.push(default.clone());
        }
    }
    Ok(settings)
}

fn unknown(description: &Description, name: &str) -> Misfit {
    let names: Vec<String> =
        description.settings.iter().map(|setting| format!("`{}`", setting.name)).collect();
    let known = match names.as_slice() {
        [] => "takes none".to_owned(),
        names => format!("takes {}", names.join(", ")),
    };
    let sentence = format!("There is no setting `{name}`; `{}` {known}.", description.name);
    Misfit { name: name.to_owned(), sentence }
}

/// A value as the kind its setting has, if it is allowed.
fn fit(setting: &Setting, value: &Value) -> Result<Value, Misfit> {
    let misfit =
        |what: String| Misfit { name: setting.name.clone(), sentence: format!("`{}` {what}.", setting.name) };
    let read = read_as(setting.kind, value);
    let read = read.ok_or_else(|| misfit(format!("must be {}", words(setting.kind))))?;
    if setting.accepts(&read) {
        return Ok(read);
    }
    Err(misfit(match (setting.choices.as_slice(), setting.minimum, setting.maximum) {
        ([], Some(least), Some(greatest)) => format!("must be from {least} to {greatest}"),
        ([], Some(least), None) => format!("must be {least} or more"),
        ([], None, Some(greatest)) => format!("must be {greatest} or less"),
        (choices, ..) => {
            let choices: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
            format!("must be among {}", choices.join(", "))
        }
    }))
}

fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "true or false",
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Text => "a string",
        Kind::Texts => "a list of strings",
        Kind::Numbers => "a list of numbers",
        Kind::Json => "JSON of at most 64 levels",
    }
}

/// A value as another kind, where nothing is lost by that.
fn read_as(kind: Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (kind, value) if kind != Kind::Json && kind == value.kind() => Some(value.clone()),
        (Kind::Number, Value::Integer(integer)) => Some(Value::Number(*integer as f64)),
        (Kind::Numbers, Value::Texts(texts)) if texts.is_empty() => Some(Value::Numbers(Vec::new())),
        (Kind::Json, Value::Json(json)) => checked_json(json.get().to_owned()),
        // A configuration file has no JSON, only texts that hold it.
        (Kind::Json, Value::Text(text)) => checked_json(text.clone()),
        (kind, Value::Json(json)) => from_json(kind, json.get()),
        _ => None,
    }
}

fn checked_json(json: String) -> Option<Value> {
    convert::parse_json(json).ok().map(Value::Json)
}

fn from_json(kind: Kind, json: &str) -> Option<Value> {
    match kind {
        Kind::Boolean => serde_json::from_str(json).map(Value::Boolean).ok(),
        Kind::Integer => serde_json::from_str(json).map(Value::Integer).ok(),
        Kind::Number => serde_json::from_str(json).map(Value::Number).ok(),
        Kind::Text => serde_json::from_str(json).map(Value::Text).ok(),
        Kind::Texts => serde_json::from_str(json).map(Value::Texts).ok(),
        Kind::Numbers => serde_json::from_str(json).map(Value::Numbers).ok(),
        Kind::Json => checked_json(json.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    fn setting(kind: Kind) -> Setting {
        Setting {
            name: "minimum-score".into(),
            summary: "what is too little".into(),
            kind,
            default: None,
            minimum: None,
            maximum: None,
            choices: vec![],
        }
    }

    fn json(json: &str) -> Value {
        Value::Json(RawValue::from_string(json.into()).unwrap())
    }

    fn sentence(setting: &Setting, value: &Value) -> String {
        fit(setting, value).unwrap_err().sentence
    }

    #[test]
    fn json_is_read_as_the_kind_that_is_wanted() {
        let fits = [
            (Kind::Boolean, "true"),
            (Kind::Integer, "-3"),
            (Kind::Number, "1"),
            (Kind::Number, "1e-3"),
            (Kind::Text, "\"a\\n\""),
            (Kind::Texts, "[\"a\"]"),
            (Kind::Texts, "[]"),
            (Kind::Numbers, "[]"),
            (Kind::Numbers, "[1, 2.5]"),
            (Kind::Json, "\"text\""),
            (Kind::Json, "{\"a\": [null]}"),
        ];
        for (kind, text) in fits {
            assert_eq!(fit(&setting(kind), &json(text)).unwrap().kind(), kind, "{text}");
        }
        let misfits = [
            (Kind::Boolean, "1", "`minimum-score` must be true or false."),
            (Kind::Integer, "1.0", "`minimum-score` must be a whole number."),
            (Kind::Integer, "9223372036854775808", "`minimum-score` must be a whole number."),
            (Kind::Number, "\"1\"", "`minimum-score` must be a number."),
            (Kind::Number, "null", "`minimum-score` must be a number."),
            (Kind::Text, "[]", "`minimum-score` must be a string."),
            (Kind::Texts, "\"a\"", "`minimum-score` must be a list of strings."),
            (Kind::Numbers, "[\"a\"]", "`minimum-score` must be a list of numbers."),
            (
                Kind::Json,
                &"[".repeat(65).chars().chain("]".repeat(65).chars()).collect::<String>(),
                "`minimum-score` must be JSON of at most 64 levels.",
            ),
        ];
        for (kind, text, expected) in misfits {
            assert_eq!(sentence(&setting(kind), &json(text)), expected, "{text}");
        }
    }

    #[test]
    fn bounds_and_choices_are_told() {
        let with = |minimum, maximum| Setting { minimum, maximum, ..setting(Kind::Number) };
        assert_eq!(sentence(&with(Some(0.0), Some(1.0)), &json("2")), "`minimum-score` must be from 0 to 1.");
        assert_eq!(sentence(&with(Some(0.0), None), &json("-1")), "`minimum-score` must be 0 or more.");
        assert_eq!(sentence(&with(None, Some(1.5)), &json("2")), "`minimum-score` must be 1.5 or less.");
        let choices = Setting { choices: vec!["a".into(), "b".into()], ..setting(Kind::Texts) };
        assert_eq!(sentence(&choices, &json("[\"a\", \"c\"]")), "`minimum-score` must be among `a`, `b`.");
    }

    #[test]
    fn a_configuration_file_writes_whole_numbers_and_json_as_text() {
        let number = fit(&setting(Kind::Number), &Value::Integer(1)).unwrap();
        assert!(matches!(number, Value::Number(one) if one == 1.0));
        assert_eq!(fit(&setting(Kind::Json), &Value::Text("[1]".into())).unwrap().kind(), Kind::Json);
        assert!(fit(&setting(Kind::Json), &Value::Text("[1".into())).is_err());
        assert!(fit(&setting(Kind::Text), &Value::Integer(1)).is_err());
    }
}
