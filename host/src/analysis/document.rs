//! What an analyzer is given, and how it says no.

use std::fmt;

use super::Member;

/// What is to be analyzed.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text: any Unicode.
    pub text: String,
    /// Its language as a BCP 47 tag, if known.
    pub language: Option<String>,
    /// What else is known of it.
    pub metadata: Vec<Member>,
}

impl Document {
    /// A document of which nothing but the text is known.
    pub fn of(text: String) -> Self {
        Self { text, language: None, metadata: Vec::new() }
    }
}

/// How it is to be analyzed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Every setting with a value that fits.
    pub settings: Vec<Member>,
    /// Whether the caller wants to know why.
    pub explain: bool,
}

/// An answer that says no.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The kind of no.
    pub reason: RefusalReason,
    /// What it is about, if one thing can be named.
    pub subject: Option<String>,
    /// A sentence for the caller.
    pub detail: String,
}

/// Why an analyzer refuses a document that a caller could change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// Not in this language.
    UnsupportedLanguage,
    /// This text is not of a kind the analyzer can treat.
    UnsupportedText,
    /// Settings that do not go together.
    InvalidSetting,
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnsupportedLanguage => "unsupported-language",
            Self::UnsupportedText => "unsupported-text",
            Self::InvalidSetting => "invalid-setting",
        })
    }
}
