//! What an analyzer says of itself, checked.

use std::fmt;

use super::document::{Refusal, RefusalReason};
use super::{Kind, Member, ServiceName, Value};

/// What an analyzer is and what it can answer.
#[derive(Clone, Debug)]
pub struct Description {
    /// The service's name.
    pub name: ServiceName,
    /// The analyzer's own version.
    pub version: semver::Version,
    /// One sentence on what it finds.
    pub summary: String,
    /// Its route on its own port.
    pub path: Path,
    /// The languages it can analyze, as BCP 47 tags; empty for any.
    pub languages: Vec<String>,
    /// The labels it gives.
    pub labels: Vec<Label>,
    /// Whether it may give others.
    pub open_labels: bool,
    /// The settings it takes.
    pub settings: Vec<Setting>,
    /// What else it reports, by name.
    pub outputs: Vec<Output>,
    /// Documents that show what it does; at least one.
    pub examples: Vec<Example>,
    /// Anything else worth knowing.
    pub metadata: Vec<Member>,
}

impl Description {
    /// Whether it may analyze a text in a language, given as a BCP 47 tag: it takes any, or lists the language,
    /// one above it (`pt` covers `pt-BR`), or one below it, since the text may be of that one.
    pub fn takes_language(&self, language: &str) -> bool {
        let covers = |wide: &str, narrow: &str| {
            let rest = narrow.get(wide.len()..).unwrap_or("x");
            narrow.get(..wide.len()).is_some_and(|start| start.eq_ignore_ascii_case(wide))
                && (rest.is_empty() || rest.starts_with('-'))
        };
        let listed = |tag: &String| covers(tag, language) || covers(language, tag);
        self.languages.is_empty() || self.languages.iter().any(listed)
    }

    /// The refusal of a text in a language that it does not list.
    pub fn refuse_language(&self, language: &str) -> Option<Refusal> {
        if self.takes_language(language) {
            return None;
        }
        let (name, takes) = (&self.name, self.languages.join(", "));
        let detail = format!(
            "`{name}` takes {takes}, and this text is `{language}`; \"language\": \"any\" has it analyzed all the same."
        );
        Some(Refusal {
            reason: RefusalReason::UnsupportedLanguage,
            subject: Some(language.to_owned()),
            detail,
        })
    }

    /// The settings an analysis runs with where the caller gives none.
    ///
    /// A setting without a default is left out: it has to be given.
    pub fn default_settings(&self) -> Vec<Member> {
        let default = |setting: &Setting| {
            let value = setting.default.clone()?;
            Some(Member { name: setting.name.clone(), value })
        };
        self.settings.iter().filter_map(default).collect()
    }
}

/// A label and its meaning.
#[derive(Clone, Debug)]
pub struct Label {
    /// As clients see it.
    pub name: String,
    /// What it stands for.
    pub summary: String,
    /// Its group where an analyzer answers several questions at once.
    pub group: Option<String>,
}

/// A setting: what a caller or the operator can choose.
#[derive(Clone, Debug)]
pub struct Setting {
    /// In kebab-case.
    pub name: String,
    /// What it changes.
    pub summary: String,
    /// The kind of its value.
    pub kind: Kind,
    /// The value where none is given.
    pub default: Option<Value>,
    /// The least allowed number.
    pub minimum: Option<f64>,
    /// The greatest allowed number.
    pub maximum: Option<f64>,
    /// The allowed texts; empty for any.
    pub choices: Vec<String>,
}

impl Setting {
    /// Whether a value is of the setting's kind, in its range and among its choices.
    pub fn accepts(&self, value: &Value) -> bool {
        let in_range = |number: f64| {
            self.minimum.is_none_or(|least| number >= least)
                && self.maximum.is_none_or(|greatest| number <= greatest)
        };
        let chosen = |text: &String| self.choices.is_empty() || self.choices.contains(text);
        value.kind() == self.kind
            && match value {
                Value::Integer(number) => in_range(*number as f64),
                Value::Number(number) => in_range(*number),
                Value::Text(text) => chosen(text),
                Value::Texts(texts) => texts.iter().all(chosen),
                Value::Numbers(numbers) => numbers.iter().all(|number| in_range(*number)),
                Value::Boolean(_) | Value::Json(_) => true,
            }
    }
}

/// What an analysis carries under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// The answer.
    Answer,
    /// A number.
    Measure,
    /// A layer of spans.
    Layer,
    /// A text.
    Passage,
    /// A vector.
    Vector,
    /// Any other value.
    Data,
}

/// Something an analyzer reports under a name, and its meaning.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name in the analysis.
    pub name: String,
    /// What it is.
    pub kind: OutputKind,
    /// What it tells, with any assumption behind it.
    pub summary: String,
    /// The unit of a measure, in words.
    pub unit: Option<String>,
    /// How many components a vector of this name has.
    pub dimensions: Option<u32>,
}

/// A document that shows what an analyzer does.
#[derive(Clone, Debug)]
pub struct Example {
    /// The text.
    pub text: String,
    /// Its language, if that matters.
    pub language: Option<String>,
    /// Settings that differ from their defaults.
    pub settings: Vec<Member>,
}

/// The route of a service on its own port, such as `/count`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(String);

/// Why a text is not a [`Path`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PathError {
    /// Not of the right form.
    #[error("a path is one to four segments of lower-case letters, digits and hyphens, each after a slash")]
    Form,
    /// It begins like one of the gateway's own.
    #[error("the gateway keeps this path for itself")]
    Reserved,
}

impl Path {
    /// The route of a service that names none.
    pub const DEFAULT: &str = "/analyze";
    /// First segments that the gateway keeps for itself.
    const RESERVED: [&str; 6] = ["v1", "services", "healthz", "readyz", "metrics", "docs"];
    const MAX_SEGMENTS: usize = 4;

    /// Checks and keeps a path.
    ///
    /// # Errors
    ///
    /// [`PathError`] if it is malformed or the gateway's own.
    pub fn new(path: &str) -> Result<Self, PathError> {
        let segments: Vec<&str> = path.strip_prefix('/').ok_or(PathError::Form)?.split('/').collect();
        let fine = |segment: &&str| {
            !segment.is_empty()
                && segment.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if segments.len() > Self::MAX_SEGMENTS || !segments.iter().all(fine) {
            return Err(PathError::Form);
        }
        match segments.first() {
            Some(first) if Self::RESERVED.contains(first) => Err(PathError::Reserved),
            _ => Ok(Self(path.to_owned())),
        }
    }

    /// The path as text, with its leading slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Path {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_checked() {
        for good in ["/count", "/analyze", "/a/b-2/c/d", "/v10", "/docs-of-mine"] {
            assert_eq!(Path::new(good).map(|path| path.to_string()), Ok(good.to_owned()));
        }
        for malformed in ["", "/", "count", "//", "/a/", "/A", "/a?b", "/a/b/c/d/e", "/..", "/é", "/%20"] {
            assert_eq!(Path::new(malformed), Err(PathError::Form), "{malformed:?}");
        }
        for reserved in ["/v1", "/v1/analyze", "/services", "/services/x", "/healthz", "/metrics", "/docs"] {
            assert_eq!(Path::new(reserved), Err(PathError::Reserved), "{reserved:?}");
        }
    }

    #[test]
    fn a_language_covers_what_is_below_it() {
        let description = |languages: &[&str]| Description {
            name: ServiceName::new("a").unwrap(),
            version: semver::Version::new(1, 0, 0),
            summary: String::new(),
            path: Path::default(),
            languages: languages.iter().map(|tag| (*tag).to_owned()).collect(),
            labels: vec![],
            open_labels: false,
            settings: vec![],
            outputs: vec![],
            examples: vec![],
            metadata: vec![],
        };
        let english = description(&["en", "pt-BR"]);
        for taken in ["en", "EN", "en-GB", "pt-BR", "pt-br-x-a", "pt"] {
            assert!(english.takes_language(taken), "{taken}");
        }
        for refused in ["de", "eng", "e", "pt-PT", "und"] {
            assert!(!english.takes_language(refused), "{refused}");
        }
        assert!(description(&[]).takes_language("de"));
    }

    #[test]
    fn a_setting_accepts_what_fits() {
        let number = Setting {
            name: "minimum-score".into(),
            summary: String::new(),
            kind: Kind::Number,
            default: None,
            minimum: Some(0.0),
            maximum: Some(1.0),
            choices: vec![],
        };
        assert!(number.accepts(&Value::Number(1.0)));
        assert!(!number.accepts(&Value::Number(1.1)));
        assert!(!number.accepts(&Value::Integer(1)));

        let texts =
            Setting { kind: Kind::Texts, minimum: None, maximum: None, choices: vec!["a".into()], ..number };
        assert!(texts.accepts(&Value::Texts(vec!["a".into(), "a".into()])));
        assert!(!texts.accepts(&Value::Texts(vec!["a".into(), "b".into()])));
    }
}
