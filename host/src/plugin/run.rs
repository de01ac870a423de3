//! A loaded plugin, and the one way to run it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::call::{Answer, Call};
use super::code::Code;
use super::convert::{self, Checker, Vocabulary};
use super::digest::Digest;
use super::error::{LoadError, Origin, RunError, RunFailure};
use super::health::{Admittance, Health, HealthReport};
use super::isolation::{Idle, Isolation};
use super::limits::Limits;
use super::pool::Allocation;
use crate::analysis::{Analysis, Description, Document, Example, Member, Options, Refusal, RefusalReason};

/// A component that has been judged, compiled and described, ready to analyze.
pub struct Plugin {
    code: Code,
    description: Description,
    vocabulary: Vocabulary,
    settings: Vec<Member>,
    limits: Limits,
    idle: Idle,
    health: Health,
    identity: Identity,
}

/// Which component a plugin is made of.
pub(super) struct Identity {
    pub(super) digest: Digest,
    pub(super) origin: Origin,
    /// The version of the contract it was built against.
    pub(super) contract: String,
}

impl Plugin {
    pub(super) fn new(
        code: Code,
        description: Description,
        settings: Vec<Member>,
        (limits, isolation): (Limits, Isolation),
        identity: Identity,
    ) -> Self {
        let vocabulary = Vocabulary::of(&description);
        let idle = Idle::new(isolation);
        let health = Health::default();
        Self { code, description, vocabulary, settings, limits, idle, health, identity }
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
        self.identity.digest
    }

    /// Where the component came from.
    pub fn origin(&self) -> &Origin {
        &self.identity.origin
    }

    /// The version of the contract it was built against.
    pub fn contract(&self) -> &str {
        &self.identity.contract
    }

    /// Where its instances get their memory.
    pub fn allocation(&self) -> Allocation {
        self.code.allocation()
    }

    /// What its calls came to since it was loaded.
    pub fn health(&self) -> HealthReport {
        self.health.report(Instant::now())
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
    /// [`RunFailure`] with what went wrong and what the guest printed. None of it affects later calls, but
    /// that many in a row park the plugin.
    pub async fn analyze(
        self: &Arc<Self>,
        document: &Document,
        options: &Options,
        deadline: Duration,
    ) -> Result<Analysis, RunFailure> {
        self.answer(document, options, deadline, Some).await
    }

    /// Analyzes one document as [`Plugin::analyze`] does, and makes an answer of what was found. `write` gives
    /// none if that would be longer than the plugin may return.
    ///
    /// # Errors
    ///
    /// As for [`Plugin::analyze`], and [`RunError::OutputTooLarge`] if there is no answer.
    pub async fn answer<T>(
        self: &Arc<Self>,
        document: &Document,
        options: &Options,
        deadline: Duration,
        write: impl FnOnce(Analysis) -> Option<T>,
    ) -> Result<T, RunFailure> {
        let (text_bytes, limit_bytes) = (document.text.len(), self.limits.input_bytes);
        if text_bytes > limit_bytes {
            return Err(RunFailure::silent(RunError::TextTooLarge { text_bytes, limit_bytes }));
        }
        self.admit()?;
        self.health.begin();
        let analyzed = self.run(document, options, deadline).await;
        let answered = analyzed.and_then(|analysis| {
            let limit_bytes = self.limits.output_bytes;
            write(analysis).ok_or_else(|| RunFailure::silent(RunError::OutputTooLarge { limit_bytes }))
        });
        match &answered {
            Ok(_) | Err(RunFailure { error: RunError::Refused(_), .. }) => self.health.succeed(),
            Err(failure) => {
                let had_its_time = deadline >= self.limits.deadline;
                self.health.fail(failure, &document.text, had_its_time, Instant::now());
            }
        }
        answered
    }

    /// Turns a call away while the plugin is parked. The first after the pause has its examples tried.
    fn admit(self: &Arc<Self>) -> Result<(), RunFailure> {
        let retry_after = match self.health.admit(Instant::now()) {
            Admittance::Open => return Ok(()),
            Admittance::Parked { retry_after } => retry_after,
            Admittance::Probe { retry_after } => {
                let plugin = Arc::clone(self);
                tokio::spawn(async move {
                    let tried = plugin.try_examples().await;
                    plugin.health.probed(tried.is_ok(), Instant::now());
                });
                retry_after
            }
        };
        Err(RunFailure::silent(RunError::Parked { retry_after }))
    }

    /// Has it analyze its own examples.
    pub(super) async fn try_examples(&self) -> Result<(), LoadError> {
        for (index, example) in self.description.examples.iter().enumerate() {
            let tried = self.try_example(example).await;
            tried.map_err(|failure| LoadError::Example { number: index + 1, failure })?;
        }
        Ok(())
    }

    async fn try_example(&self, example: &Example) -> Result<(), Box<RunFailure>> {
        let document =
            Document { text: example.text.clone(), language: example.language.clone(), metadata: Vec::new() };
        let options = self.options(&example.settings).map_err(RunFailure::refused)?;
        for explain in [false, true] {
            let options = Options { explain, ..options.clone() };
            self.run(&document, &options, self.limits.deadline).await.map_err(Box::new)?;
        }
        Ok(())
    }

    /// The same whatever the text's length: examples are not held to an operator's limit.
    async fn run(
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
            Err(error) => {
                let failure = call.fail(error);
                call.dispose();
                Err(failure)
            }
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
