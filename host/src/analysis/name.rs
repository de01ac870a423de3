//! Names: what a service is called everywhere, in kebab-case.

use std::fmt;
use std::sync::Arc;

/// Longest name, in characters. Long enough for words, short enough for a log line.
const MAX_CHARACTERS: usize = 64;

/// The name of a service, such as `word-count`. A plugin's is in kebab-case: lower-case ASCII letters and
/// digits in words joined by single hyphens, a letter first, at most 64 characters. A registered URL's may
/// be freer. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceName(Arc<str>);

/// Why a text is not a [`ServiceName`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NameError {
    /// Not one of a plugin.
    #[error(
        "a plugin's name is 1 to 64 lower-case letters and digits in words joined by single hyphens, a letter first"
    )]
    Plugin,
    /// Not one that a URL can be registered under.
    #[error("a service's name is 1 to 64 characters without slashes, line breaks or white space around it")]
    Registered,
}

impl ServiceName {
    /// Checks and keeps a plugin's name.
    ///
    /// # Errors
    ///
    /// [`NameError::Plugin`] if it is not in kebab-case or too long.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if is_kebab_case(name) { Ok(Self(name.into())) } else { Err(NameError::Plugin) }
    }

    /// Checks and keeps a name that a URL is registered under, or that a client asks for.
    ///
    /// # Errors
    ///
    /// [`NameError::Registered`] if it is empty, too long, has a slash or control character in it, or
    /// white space around it.
    pub fn registered(name: &str) -> Result<Self, NameError> {
        let fine = name.chars().all(|c| c != '/' && !c.is_control());
        if fine && (1..=MAX_CHARACTERS).contains(&name.chars().count()) && name.trim() == name {
            Ok(Self(name.into()))
        } else {
            Err(NameError::Registered)
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for ServiceName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Whether a text is in kebab-case as the contract defines it.
pub fn is_kebab_case(text: &str) -> bool {
    let mut after_hyphen = true;
    let words_are_fine = text.bytes().all(|byte| {
        let is_hyphen = byte == b'-';
        let fine = byte.is_ascii_lowercase() || byte.is_ascii_digit() || (is_hyphen && !after_hyphen);
        after_hyphen = is_hyphen;
        fine
    });
    let begins_with_letter = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    words_are_fine && begins_with_letter && !after_hyphen && text.len() <= MAX_CHARACTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case() {
        for good in ["a", "word-count", "v2", "a-1-b"] {
            assert_eq!(ServiceName::new(good).map(|name| name.to_string()), Ok(good.to_owned()));
        }
        let too_long = "a".repeat(65);
        for bad in ["", "-", "a-", "-a", "a--b", "1a", "Word", "a_b", "a b", "é", "a/b", "a\0", &too_long] {
            assert_eq!(ServiceName::new(bad), Err(NameError::Plugin), "{bad:?}");
        }
    }

    #[test]
    fn registered_names_are_freer() {
        for good in ["new-service", "my_service", "Übersetzer 2", "a.b", &"é".repeat(64)] {
            assert_eq!(ServiceName::registered(good).map(|name| name.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", " ", "a ", "a/b", "a\nb", "\0", &"a".repeat(65)] {
            assert_eq!(ServiceName::registered(bad), Err(NameError::Registered), "{bad:?}");
        }
    }
}
