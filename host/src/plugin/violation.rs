//! Violations: what a guest returned that the contract does not allow.

/// A rule of the contract that a guest broke. What it says of an analysis names places and rules and
/// never repeats the guest's strings, since they may quote the text under analysis.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Violation(String);

impl Violation {
    pub(super) fn new(rule: impl Into<String>) -> Self {
        Self(rule.into())
    }

    /// The same violation, found in `place`.
    pub(super) fn within(self, place: &str) -> Self {
        Self(format!("{place}: {}", self.0))
    }

    /// What a guest left in memory is no value of the contract's types.
    pub(super) fn unreadable(cause: String) -> Self {
        Self(format!("its answer cannot be read: {cause}"))
    }
}
