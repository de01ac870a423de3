//! The one shape of every error, and the one table from errors to answers.
//!
//! A problem is RFC 9457 JSON with a stable `code`, and an `error` with the same sentence as `detail` for
//! clients of the first days. **What happened inside never gets into an answer**: that goes to the log,
//! once, here; and what a guest printed goes into neither.

use std::time::Duration;

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER as RETRY_AFTER_HEADER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::analysis::{Refusal, RefusalReason};
use crate::gateway::Error;
use crate::plugin::{RunError, RunFailure};
use crate::remote::{CallError, LOOP_CODE};

/// After which a client that was turned away may try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The kinds of problem: a row of the table each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    MalformedRequest,
    UnknownService,
    UnknownRoute,
    MethodNotAllowed,
    NameTaken,
    TextTooLarge,
    UnsupportedMediaType,
    UnsupportedLanguage,
    UnsupportedText,
    InvalidSetting,
    UnsupportedVersion,
    AnswerTooLarge,
    Overloaded,
    StateUnavailable,
    AnalyzerTrapped,
    AnalyzerOutOfMemory,
    AnalyzerOutputTooLarge,
    AnalyzerContract,
    AnalyzerFailed,
    UpstreamFailed,
    UpstreamLoop,
    NotReady,
    AnalyzerUnavailable,
    DeadlineExceeded,
    UpstreamTimeout,
}

/// Status, code and title of a kind of problem.
struct Row(StatusCode, &'static str, &'static str);

impl Code {
    fn row(self) -> Row {
        match self {
            Self::MalformedRequest => Row(StatusCode::BAD_REQUEST, "malformed_request", "Malformed request"),
            Self::UnknownService => Row(StatusCode::NOT_FOUND, "unknown_service", "Unknown service"),
            Self::UnknownRoute => Row(StatusCode::NOT_FOUND, "unknown_route", "Unknown route"),
            Self::MethodNotAllowed => {
                Row(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed")
            }
            Self::NameTaken => Row(StatusCode::CONFLICT, "name_taken", "Name taken"),
            Self::TextTooLarge => Row(StatusCode::PAYLOAD_TOO_LARGE, "text_too_large", "Text too large"),
            Self::UnsupportedMediaType => {
                Row(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Unsupported media type")
            }
            Self::UnsupportedLanguage => {
                Row(StatusCode::UNPROCESSABLE_ENTITY, "unsupported_language", "Unsupported language")
            }
            Self::UnsupportedText => {
                Row(StatusCode::UNPROCESSABLE_ENTITY, "unsupported_text", "Unsupported text")
            }
            Self::InvalidSetting => {
                Row(StatusCode::UNPROCESSABLE_ENTITY, "invalid_setting", "Invalid setting")
            }
            Self::UnsupportedVersion => {
                Row(StatusCode::UNPROCESSABLE_ENTITY, "unsupported_version", "Unsupported version")
            }
            Self::AnswerTooLarge => {
                Row(StatusCode::PAYLOAD_TOO_LARGE, "answer_too_large", "Answer too large")
            }
            Self::Overloaded => Row(StatusCode::TOO_MANY_REQUESTS, "overloaded", "Overloaded"),
            Self::StateUnavailable => {
                Row(StatusCode::INTERNAL_SERVER_ERROR, "state_unavailable", "State unavailable")
            }
            Self::AnalyzerTrapped => Row(StatusCode::BAD_GATEWAY, "analyzer_trapped", "Analyzer trapped"),
            Self::AnalyzerOutOfMemory => {
                Row(StatusCode::BAD_GATEWAY, "analyzer_out_of_memory", "Analyzer out of memory")
            }
            Self::AnalyzerOutputTooLarge => {
                Row(StatusCode::BAD_GATEWAY, "analyzer_output_too_large", "Analyzer output too large")
            }
            Self::AnalyzerContract => {
                Row(StatusCode::BAD_GATEWAY, "analyzer_contract", "Analyzer broke its contract")
            }
            Self::AnalyzerFailed => Row(StatusCode::BAD_GATEWAY, "analyzer_failed", "Analyzer failed"),
            Self::UpstreamFailed => Row(StatusCode::BAD_GATEWAY, "upstream_failed", "Upstream failed"),
            Self::UpstreamLoop => Row(StatusCode::BAD_GATEWAY, LOOP_CODE, "Upstream loop"),
            Self::NotReady => Row(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "Not ready"),
            Self::AnalyzerUnavailable => {
                Row(StatusCode::SERVICE_UNAVAILABLE, "analyzer_unavailable", "Analyzer unavailable")
            }
            Self::DeadlineExceeded => {
                Row(StatusCode::GATEWAY_TIMEOUT, "deadline_exceeded", "Deadline exceeded")
            }
            Self::UpstreamTimeout => Row(StatusCode::GATEWAY_TIMEOUT, "upstream_timeout", "Upstream timeout"),
        }
    }

    fn says_when_to_retry(self) -> bool {
        matches!(self, Self::Overloaded | Self::NotReady | Self::AnalyzerUnavailable)
    }
}

/// An error as a client sees it.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    allow: Option<&'static str>,
    retry_after: Duration,
}

impl Problem {
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), allow: None, retry_after: RETRY_AFTER }
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Code::MalformedRequest, detail)
    }

    /// The wrong method, and those that are right.
    pub(super) fn method(allow: &'static str) -> Self {
        let detail = format!("This route answers {allow} only.");
        Self { allow: Some(allow), ..Self::new(Code::MethodNotAllowed, detail) }
    }

    /// The answer to an error that `service` was asked in vain, which is logged here if it is a failure.
    pub(super) fn of(error: &Error, service: &str) -> Self {
        let mut problem = Self::new(code_of(error), sentence(error, service));
        if let Error::Plugin(failure) = error
            && let RunError::Parked { retry_after } = failure.error
        {
            problem.retry_after = retry_after;
        }
        if error.is_failure() {
            log(error, service, problem.code.row().1);
        }
        problem
    }
}

fn code_of(error: &Error) -> Code {
    match error {
        Error::NotReady(_) => Code::NotReady,
        Error::UnknownService => Code::UnknownService,
        Error::OtherVersion { .. } => Code::UnsupportedVersion,
        Error::NameTaken(_) => Code::NameTaken,
        Error::Overloaded(_) => Code::Overloaded,
        Error::State(_) => Code::StateUnavailable,
        Error::Plugin(failure) => match &failure.error {
            RunError::TextTooLarge { .. } => Code::TextTooLarge,
            RunError::Refused(refusal) => match refusal.reason {
                RefusalReason::UnsupportedLanguage => Code::UnsupportedLanguage,
                RefusalReason::UnsupportedText => Code::UnsupportedText,
                RefusalReason::InvalidSetting => Code::InvalidSetting,
            },
            RunError::Crowded => Code::Overloaded,
            RunError::Parked { .. } | RunError::Unlinked(_) => Code::AnalyzerUnavailable,
            RunError::Failed { .. } => Code::AnalyzerFailed,
            RunError::Trapped(_) => Code::AnalyzerTrapped,
            RunError::OutOfMemory(_) => Code::AnalyzerOutOfMemory,
            RunError::OutputTooLarge { .. } => Code::AnalyzerOutputTooLarge,
            RunError::Contract(_) => Code::AnalyzerContract,
            RunError::DeadlineExceeded { .. } => Code::DeadlineExceeded,
        },
        Error::Upstream(error) => match error {
            CallError::Unreachable(_)
            | CallError::Status { .. }
            | CallError::TooLarge { .. }
            | CallError::NotJson => Code::UpstreamFailed,
            CallError::Loop => Code::UpstreamLoop,
            CallError::Timeout { .. } => Code::UpstreamTimeout,
        },
    }
}

/// What a client is told.
fn sentence(error: &Error, service: &str) -> String {
    match error {
        Error::NotReady(_) => format!("{}; try again in a moment.", capitalized(&error.to_string())),
        Error::UnknownService => format!("There is no service `{service}`; GET /services lists them."),
        Error::OtherVersion { found: Some(found), wanted } => {
            format!("`{service}` is version {found}, and the request wants {wanted}.")
        }
        Error::OtherVersion { found: None, wanted } => {
            format!("`{service}` is a registered URL of no version, and the request wants {wanted}.")
        }
        Error::NameTaken(taken) => format!("{}.", capitalized(&taken.to_string())),
        Error::Overloaded(_) => {
            format!("`{service}` has more requests than it can take; try again later.")
        }
        Error::State(_) => "The change could not be kept, so nothing was changed.".into(),
        Error::Plugin(failure) => match &failure.error {
            RunError::TextTooLarge { text_bytes, limit_bytes } => {
                format!("The text has {text_bytes} bytes; `{service}` takes at most {limit_bytes}.")
            }
            RunError::Refused(refusal) => refused(refusal),
            RunError::Crowded => "The gateway has more requests than it can take; try again later.".into(),
            RunError::Parked { .. } => {
                format!("`{service}` failed again and again, and is left alone for a while; try again later.")
            }
            RunError::Unlinked(_) => format!("`{service}` cannot run at the moment."),
            RunError::Failed { .. } => format!("`{service}` failed on this text."),
            RunError::Trapped(_) => format!("`{service}` crashed on this text."),
            RunError::OutOfMemory(_) => format!("`{service}` ran out of memory on this text."),
            RunError::OutputTooLarge { limit_bytes } => {
                format!("The answer of `{service}` is longer than the {limit_bytes} bytes it may have.")
            }
            RunError::Contract(_) => format!("`{service}` returned an analysis that breaks its contract."),
            RunError::DeadlineExceeded { deadline } => {
                format!("`{service}` did not finish within {} ms.", deadline.as_millis())
            }
        },
        Error::Upstream(error) => format!("`{service}` is a registered URL: {error}."),
    }
}

/// The analyzer's own sentence, with what it is about if that is not in it.
fn refused(refusal: &Refusal) -> String {
    let detail = refusal.detail.trim();
    match &refusal.subject {
        Some(subject) if !detail.contains(subject.as_str()) => format!("`{subject}`: {detail}"),
        _ => detail.to_owned(),
    }
}

fn capitalized(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn log(error: &Error, service: &str, code: &str) {
    match error {
        Error::Plugin(failure) => {
            let RunFailure { error, captured } = &**failure;
            let captured_bytes = captured.total_bytes;
            // A failure in the analyzer's own words stays with the analyzer: it may quote the text.
            tracing::warn!(service, code, captured_bytes, cause = %error, "analysis failed");
        }
        Error::Upstream(error) => {
            tracing::warn!(service, code, %error, cause = causes(error), "upstream failed");
        }
        _ => {
            tracing::error!(service, code, %error, cause = causes(error), "request failed");
        }
    }
}

/// Everything behind an error, from the outermost in.
fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A problem as JSON.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody<'p> {
    /// A URN that ends with the code.
    r#type: String,
    title: &'static str,
    /// The HTTP status it has where it is the whole answer.
    status: u16,
    /// A sentence for people.
    detail: &'p str,
    /// Which problem it is; codes never change.
    code: &'static str,
    /// The same as `detail`.
    error: &'p str,
}

impl Problem {
    /// The sentence for a person.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// It as JSON, where it stands for a part of an answer.
    pub(super) fn body(&self) -> ProblemBody<'_> {
        let Row(status, code, title) = self.code.row();
        ProblemBody {
            r#type: format!("urn:gloss:problem:{code}"),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            code,
            error: &self.detail,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Row(status, ..) = self.code.row();
        // A struct of strings and a number always serializes.
        let body = serde_json::to_vec(&self.body()).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.code.says_when_to_retry() {
            // Not before: a part of a second is a whole one.
            let seconds = self.retry_after.as_secs() + u64::from(self.retry_after.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER_HEADER, seconds.into());
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}
