//! Golden cases: texts and what an analyzer must answer, as data.
//!
//! A plugin keeps them in `tests/cases.toml`. Its own tests run them natively, the host's through the
//! gateway, and both compare with [`Case::check`]. An expectation holds what matters: an object may have
//! members that are not mentioned, a list may not.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// One text and what must be answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case is about.
    pub name: String,
    /// The text.
    pub text: String,
    /// What the answer must contain, in the shape it has over HTTP, offsets in code points.
    pub answer: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// Reads the cases of a plugin.
///
/// # Errors
///
/// If the file cannot be read, is not of the right form or holds no case.
pub fn read(file: &Path) -> Result<Vec<Case>, String> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| named(&error))?;
    let cases = toml::from_str::<File>(&text).map_err(|error| named(&error))?.case;
    if cases.is_empty() { Err(named(&"there is no case")) } else { Ok(cases) }
}

impl Case {
    /// Compares an answer with what is expected.
    ///
    /// # Errors
    ///
    /// Where the two first differ.
    pub fn check(&self, answer: &Value) -> Result<(), String> {
        compare("answer", &self.answer, answer).map_err(|difference| format!("{}: {difference}", self.name))
    }
}

fn compare(place: &str, expected: &Value, found: &Value) -> Result<(), String> {
    match (expected, found) {
        (Value::Object(members), Value::Object(others)) => members.iter().try_for_each(|(name, value)| {
            compare(&format!("{place}.{name}"), value, others.get(name).unwrap_or(&Value::Null))
        }),
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => items
            .iter()
            .zip(others)
            .enumerate()
            .try_for_each(|(index, (item, other))| compare(&format!("{place}[{index}]"), item, other)),
        _ if expected == found => Ok(()),
        _ => Err(format!("{place} is {found}, not {expected}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_may_have_more_and_lists_may_not() {
        let expected = json!({"result": [{"text": "a"}], "n": 1});
        assert!(
            compare("a", &expected, &json!({"result": [{"text": "a", "score": 0.5}], "n": 1, "m": 2}))
                .is_ok()
        );
        assert!(compare("a", &expected, &json!({"result": [{"text": "b"}], "n": 1})).is_err());
        assert!(compare("a", &expected, &json!({"result": [{"text": "a"}, {}], "n": 1})).is_err());
        assert!(compare("a", &expected, &json!({"result": [{"text": "a"}], "n": 1.0})).is_err());
        assert!(compare("a", &expected, &json!({"result": [{"text": "a"}]})).is_err());
    }
}
