//! A loaded plugin, and the one way to run it.

use std::time::Duration;

use super::call::{Answer, Call};
use super::code::Code;
use super::convert::{self, Checker, Vocabulary};
use super::digest::Digest;
use super::error::{Origin, RunError, RunFailure};
use super::isolation::{Idle, Isolation};
use super::limits::Limits;
use crate::analysis::{Analysis, Description, Document, Member, Options, Refusal, RefusalReason};

/// A component that has been judged, compiled and described, ready to analyze.
pub struct Plugin {
    code: Code,
    description: Description,
    vocabulary: Vocabulary,
    settings: Vec<Member>,
    limits: Limits,
    idle: Idle,
    digest: Digest,
    origin: Origin,
}

impl Plugin {
    pub(super) fn new(
        code: Code,
        description: Description,
        settings: Vec<Member>,
        (limits, isolation): (Limits, Isolation),
        (digest, origin): (Digest, Origin),
    ) -> Self {
        let vocabulary = Vocabulary::of(&description);
        let idle = Idle::new(isolation);
        Self { code, description, vocabulary, settings, limits, idle, digest, origin }
    }

    /// What the analyzer says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// What one analysis may cost.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether an instance serves one document or several.
    pub fn isolation(&self) -> Isolation {
        self.idle.isolation()
    }

    /// The identity of the component.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Where the component came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The complete settings of a call: those given, which must fit the description, and the defaults.
    ///
    /// # Errors
    ///
    /// A refusal that names the setting that is unknown, does not fit or is missing.
    pub fn options(&self, given: &[Member]) -> Result<Options, Refusal> {
        let refuse = |name: &str, detail: String| Refusal {
            reason: RefusalReason::InvalidSetting,
            subject: Some(name.to_owned()),
            detail,
        };
        for member in given {
            let setting = self.description.settings.iter().find(|setting| setting.name == member.name);
            let Some(setting) = setting else {
                return Err(refuse(&member.name, format!("There is no setting `{}`.", member.name)));
            };
            if !setting.accepts(&member.value) {
                return Err(refuse(&member.name, format!("The value of `{}` does not fit.", member.name)));
            }
        }
        let mut settings = Vec::with_capacity(self.description.settings.len());
        for setting in &self.description.settings {
            let named = |member: &&Member| member.name == setting.name;
            let member = given.iter().find(named).or_else(|| self.settings.iter().find(named));
            let missing = || refuse(&setting.name, format!("The setting `{}` must be given.", setting.name));
            settings.push(member.ok_or_else(missing)?.clone());
        }
        Ok(Options { settings, explain: false })
    }

    /// Analyzes one document within `deadline`, in a fresh instance unless the operator decided otherwise.
    ///
    /// # Errors
    ///
    /// [`RunFailure`] with what went wrong and what the guest printed. None of it affects later calls.
    pub async fn analyze(
        &self,
        document: &Document,
        options: &Options,
        deadline: Duration,
    ) -> Result<Analysis, RunFailure> {
        let (text_bytes, limit_bytes) = (document.text.len(), self.limits.input_bytes);
        if text_bytes > limit_bytes {
            return Err(RunFailure::silent(RunError::TextTooLarge { text_bytes, limit_bytes }));
        }
        self.run(document, options, deadline).await
    }

    /// The same whatever the text's length: examples are not held to an operator's limit.
    pub(super) async fn run(
        &self,
        document: &Document,
        options: &Options,
        deadline: Duration,
    ) -> Result<Analysis, RunFailure> {
        let mut call = match self.idle.take() {
            Some(call) => call,
            None => self.prepare().await?,
        };
        let answer = call.within(deadline, (document, options)).await;
        let checked = answer.and_then(|answer| self.check(answer, document, options));
        match checked {
            Ok(_) | Err(RunError::Refused(_)) => {
                let checked = checked.map_err(|error| call.fail(error));
                self.idle.keep(call);
                checked
            }
            Err(error) => Err(call.fail(error)),
        }
    }

    async fn prepare(&self) -> Result<Call, RunFailure> {
        let linked = self
            .code
            .linked()
            .await
            .map_err(|error| RunFailure::silent(RunError::Unlinked(Box::new(error))))?;
        Call::prepare(linked, &self.limits).await
    }

    fn check(&self, answer: Answer, document: &Document, options: &Options) -> Result<Analysis, RunError> {
        let found = answer.map_err(convert::refusal)?;
        let (text, vocabulary) = (document.text.as_str(), &self.vocabulary);
        let checker = Checker { text, vocabulary, explain: options.explain };
        checker.analysis(found).map_err(RunError::Contract)
    }
}
