//! The door between the contract's types and ours: a guest's values are checked here, once.
//!
//! **Nothing a guest returns gets past this module unchecked.** What breaks a rule of `wit/analyzer.wit`
//! is a `Violation`.

mod analysis;
mod description;
mod value;

use super::bindings::exports::gloss::analyzer::analyzer as wit;
use super::error::RunError;
use super::violation::Violation;
use crate::analysis::{Refusal, RefusalReason};

pub(super) use analysis::{Checker, Vocabulary};
pub(super) use description::description;
pub(super) use value::{lend_members, lend_texts, parse_json};

/// A guest's no: the caller's to mend, or its own failure.
pub(super) fn refusal(refusal: wit::Refusal) -> RunError {
    let reason = match refusal.reason {
        wit::Reason::UnsupportedLanguage => RefusalReason::UnsupportedLanguage,
        wit::Reason::UnsupportedText => RefusalReason::UnsupportedText,
        wit::Reason::InvalidSetting => RefusalReason::InvalidSetting,
        wit::Reason::Failed => return RunError::Failed { detail: refusal.detail },
    };
    if refusal.detail.trim().is_empty() {
        return RunError::Contract(Violation::new("a refusal gives no reason"));
    }
    RunError::Refused(Refusal { reason, subject: refusal.subject, detail: refusal.detail })
}
