//! Golden cases: texts and what an analyzer must answer, as data.
//!
//! A plugin keeps them in a file such as `tests/cases.toml`. Its own tests may run them natively, `gloss test` and the
//! host's tests run them in the component. An expectation holds what matters: an object may have members that are
//! not mentioned, a list may not.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

/// One text and what must become of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case is about.
    pub name: String,
    /// The text.
    pub text: String,
    /// Its language, a BCP 47 tag.
    pub language: Option<String>,
    /// Settings, by their names.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// Whether an explanation is wanted.
    #[serde(default)]
    pub explain: bool,
    /// What the answer must contain, in the shape it has over HTTP, offsets in code points.
    answer: Option<Value>,
    /// What the refusal must contain of `reason`, `subject` and `detail`.
    refusal: Option<Value>,
}

/// What became of a text, as JSON.
#[derive(Debug)]
pub enum Outcome {
    /// It was analyzed.
    Answer(Value),
    /// The analyzer does not take it.
    Refusal(Value),
    /// There is neither, and why.
    Failure(String),
}

/// A place where an outcome is not as expected.
#[derive(Debug, PartialEq)]
pub struct Difference {
    /// Where, as in `answer.result[0].start`.
    pub place: String,
    /// What must be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, not {}", self.place, self.found, self.expected)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    case: Vec<Case>,
}

/// Reads the cases of a plugin.
///
/// # Errors
///
/// If the file cannot be read, is not of the right form or holds no case, or one that expects nothing.
pub fn read(file: &Path) -> Result<Vec<Case>, String> {
    let named = |error: &dyn fmt::Display| format!("{}: {error}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| named(&error))?;
    let cases = toml::from_str::<File>(&text).map_err(|error| named(&error))?.case;
    if cases.is_empty() {
        return Err(named(&"there is no [[case]]"));
    }
    match cases.iter().find(|case| case.answer.is_some() == case.refusal.is_some()) {
        Some(case) => Err(named(&format!("the case `{}` must have an answer or a refusal", case.name))),
        None => Ok(cases),
    }
}

impl Case {
    /// Compares an answer with what is expected.
    ///
    /// # Errors
    ///
    /// Where the two differ.
    pub fn check(&self, answer: &Value) -> Result<(), String> {
        let differences = self.differences(&Outcome::Answer(answer.clone()));
        let Some(first) = differences.first() else { return Ok(()) };
        Err(format!("{}: {first}", self.name))
    }

    /// Where what became of the text differs from what is expected. Nothing if it does not.
    pub fn differences(&self, outcome: &Outcome) -> Vec<Difference> {
        let mut differences = Vec::new();
        match (outcome, &self.answer, &self.refusal) {
            (Outcome::Answer(found), Some(expected), _) => {
                compare("answer", expected, found, &mut differences);
            }
            (Outcome::Refusal(found), _, Some(expected)) => {
                compare("refusal", expected, found, &mut differences);
            }
            (outcome, answer, refusal) => {
                let (found, value) = match outcome {
                    Outcome::Answer(answer) => ("an answer", answer.to_string()),
                    Outcome::Refusal(refusal) => ("a refusal", refusal.to_string()),
                    Outcome::Failure(why) => ("a failure", why.clone()),
                };
                let (expected, wanted) = match (answer, refusal) {
                    (Some(answer), _) => ("an answer", answer),
                    (None, refusal) => ("a refusal", refusal.as_ref().unwrap_or(&Value::Null)),
                };
                differences.push(Difference {
                    place: "outcome".into(),
                    expected: format!("{expected}: {wanted}"),
                    found: format!("{found}: {value}"),
                });
            }
        }
        differences
    }
}

fn compare(place: &str, expected: &Value, found: &Value, differences: &mut Vec<Difference>) {
    match (expected, found) {
        (Value::Object(members), Value::Object(others)) => {
            for (name, value) in members {
                let other = others.get(name).unwrap_or(&Value::Null);
                compare(&format!("{place}.{name}"), value, other, differences);
            }
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            for (index, (item, other)) in items.iter().zip(others).enumerate() {
                compare(&format!("{place}[{index}]"), item, other, differences);
            }
        }
        _ if expected == found => {}
        _ => differences.push(Difference {
            place: place.to_owned(),
            expected: expected.to_string(),
            found: found.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(expected: &Value, found: &Value) -> Vec<String> {
        let mut differences = Vec::new();
        compare("a", expected, found, &mut differences);
        differences.into_iter().map(|difference| difference.place).collect()
    }

    #[test]
    fn objects_may_have_more_and_lists_may_not() {
        let expected = json!({"result": [{"text": "a"}], "n": 1});
        let same = json!({"result": [{"text": "a", "score": 0.5}], "n": 1, "m": 2});
        assert_eq!(places(&expected, &same), [""; 0]);
        assert_eq!(
            places(&expected, &json!({"result": [{"text": "b"}], "n": 2})),
            ["a.n", "a.result[0].text"]
        );
        assert_eq!(places(&expected, &json!({"result": [{"text": "a"}, {}], "n": 1})), ["a.result"]);
        assert_eq!(places(&expected, &json!({"result": [{"text": "a"}], "n": 1.0})), ["a.n"]);
        assert_eq!(places(&expected, &json!({"result": [{"text": "a"}]})), ["a.n"]);
    }

    #[test]
    fn an_answer_is_no_refusal() {
        let case =
            |toml: &str| toml::from_str::<File>(&format!("[[case]]\nname='x'\ntext=''\n{toml}")).unwrap();
        let refused = &case("refusal.reason = 'failed'").case[0];
        assert!(
            refused.differences(&Outcome::Refusal(json!({"reason": "failed", "detail": "x"}))).is_empty()
        );
        let told = refused.differences(&Outcome::Answer(json!({"result": 1})))[0].to_string();
        assert_eq!(told, "outcome is an answer: {\"result\":1}, not a refusal: {\"reason\":\"failed\"}");
        let answered = &case("answer.result = 1").case[0];
        assert_eq!(answered.differences(&Outcome::Failure("it trapped".into())).len(), 1);
    }

    #[test]
    fn a_file_without_expectations_is_refused() {
        let folder = std::env::temp_dir().join(format!("golden-{}", std::process::id()));
        for (text, part) in [
            ("", "there is no [[case]]"),
            ("[[case]]\nname = 'x'\ntext = ''", "must have an answer or a refusal"),
            ("[[case]]\nname = 'x'\ntext = ''\ncolour = 1", "unknown field `colour`"),
        ] {
            std::fs::write(&folder, text).unwrap();
            let told = read(&folder).unwrap_err();
            assert!(told.contains(part), "{told}");
        }
        std::fs::remove_file(folder).unwrap();
        assert!(read(Path::new("no-such.toml")).unwrap_err().contains("no-such.toml"));
    }
}
