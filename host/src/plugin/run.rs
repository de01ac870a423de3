//! A loaded plugin, and the one way to run it.

use std::num::NonZeroU32;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::call::{Answer, Call};
use super::code::Code;
use super::convert::{self, Checker, Vocabulary};
use super::digest::Digest;
use super::error::{LoadError, Origin, RunError, RunFailure};
use super::health::{Admittance, Health, HealthReport};
use super::isolation::{Idle, Isolation};
use super::limits::Limits;
use super::policy::ServicePolicy;
use super::pool::Allocation;
use super::ready::Ready;
use super::settings::{self, Misfit};
use crate::analysis::{
    Analysis, Description, Document, Example, Member, Options, Refusal, RefusalReason, Setting,
};

/// A component that has been judged, compiled and described, ready to analyze.
pub struct Plugin {
    code: Code,
    description: Description,
    vocabulary: Vocabulary,
    settings: Vec<Member>,
    limits: Limits,
    idle: Idle,
    ready: Ready,
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

/// How many documents of a session an instance serves before another takes its place. Making one costs as much
/// as analyzing a short text; shared by so many it is lost in the noise.
const SESSION_RECYCLE: NonZeroU32 = NonZeroU32::new(256).expect("not zero");

/// What an analysis has cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Most memory that the instance had up to then, in bytes.
    pub memory_bytes: usize,
}

/// Many documents for one plugin, with the same options, by one who asks. **Its instances serve nobody else**,
/// unless the operator lets the plugin's serve everyone; a call that does not end well ends its instance.
///
/// It keeps the plugin that it began with, also when that is swapped.
pub struct Session {
    plugin: Arc<Plugin>,
    options: Options,
    shared: Option<Idle>,
}

impl Session {
    /// Who answers.
    pub fn plugin(&self) -> &Arc<Plugin> {
        &self.plugin
    }

    /// How.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Ends instances of its own that wait for another document.
    pub fn rest(&self) {
        if let Some(shared) = &self.shared {
            shared.clear();
        }
    }

    /// Analyzes one document, as [`Plugin::answer`] does.
    ///
    /// # Errors
    ///
    /// As for [`Plugin::answer`].
    pub async fn answer<T>(
        &self,
        document: &Document,
        deadline: Duration,
        write: impl FnOnce(Analysis, Cost) -> Option<T>,
    ) -> Result<T, RunFailure> {
        let idle = self.shared.as_ref().unwrap_or(&self.plugin.idle);
        self.plugin.answer_in(idle, (document, &self.options), deadline, write).await
    }
}

impl Plugin {
    pub(super) fn new(
        code: Code,
        description: Description,
        settings: Vec<Member>,
        policy: &ServicePolicy,
        identity: Identity,
    ) -> Self {
        let vocabulary = Vocabulary::of(&description);
        let (limits, idle) = (policy.limits, Idle::new(policy.isolation));
        let health = Health::default();
        let ready = Ready::new(policy.ready_instances);
        Self { code, description, vocabulary, settings, limits, idle, ready, health, identity }
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

    /// How many instances wait for their first document.
    pub fn ready_instances(&self) -> usize {
        self.ready.count()
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

    /// How its calls are to be made: with these settings, which must fit the description, and the defaults for
    /// the others.
    ///
    /// # Errors
    ///
    /// A refusal that names the setting that is unknown, does not fit or is missing.
    pub fn options(&self, given: &[Member]) -> Result<Options, Refusal> {
        let refusal = |Misfit { name, sentence }: Misfit| Refusal {
            reason: RefusalReason::InvalidSetting,
            subject: Some(name),
            detail: sentence,
        };
        let settings = settings::complete(&self.description, given, &self.settings).map_err(refusal)?;
        let is_given = |setting: &&Setting| settings.iter().any(|member| member.name == setting.name);
        if let Some(missing) = self.description.settings.iter().find(|setting| !is_given(setting)) {
            let name = missing.name.clone();
            let sentence = format!("The setting `{name}` must be given.");
            return Err(refusal(Misfit { name, sentence }));
        }
        Ok(Options { settings, explain: false })
    }

    /// Starts something that asks it again and again, such as a request with many documents.
    pub fn session(self: &Arc<Self>, options: Options) -> Session {
        let shared = match self.isolation() {
            Isolation::Fresh => Some(Idle::new(Isolation::Reuse { recycle: SESSION_RECYCLE })),
            // Its instances serve everyone.
            Isolation::Reuse { .. } => None,
        };
        Session { plugin: Arc::clone(self), options, shared }
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
        self.answer(document, options, deadline, |analysis, _| Some(analysis)).await
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
        write: impl FnOnce(Analysis, Cost) -> Option<T>,
    ) -> Result<T, RunFailure> {
        self.answer_in(&self.idle, (document, options), deadline, write).await
    }

    async fn answer_in<T>(
        self: &Arc<Self>,
        idle: &Idle,
        (document, options): (&Document, &Options),
        deadline: Duration,
        write: impl FnOnce(Analysis, Cost) -> Option<T>,
    ) -> Result<T, RunFailure> {
        let (text_bytes, limit_bytes) = (document.text.len(), self.limits.input_bytes);
        if text_bytes > limit_bytes {
            return Err(RunFailure::silent(RunError::TextTooLarge { text_bytes, limit_bytes }));
        }
        self.admit()?;
        self.health.begin();
        let analyzed = self.run(idle, (document, options), deadline).await;
        self.make_ready();
        let answered = analyzed.and_then(|(analysis, cost)| {
            let limit_bytes = self.limits.output_bytes;
            write(analysis, cost).ok_or_else(|| RunFailure::silent(RunError::OutputTooLarge { limit_bytes }))
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

    /// Makes instances that are to wait, if any should and nobody else does.
    pub(super) fn make_ready(self: &Arc<Self>) {
        if self.may_make_ready() && self.ready.lacks() && self.ready.begin_filling() {
            tokio::spawn(fill(Arc::downgrade(self)));
        }
    }

    /// Each serves one document; and without a pool each takes address space that is scarce.
    fn may_make_ready(&self) -> bool {
        self.isolation() == Isolation::Fresh && self.allocation() != Allocation::OnDemand
    }

    /// Learns how long it takes until a new instance has described itself.
    pub(super) fn learn_start(&self, start: Duration) {
        self.ready.learn_start(start);
    }

    /// Makes one that waits. Says whether there may be another.
    async fn make_one_ready(&self) -> bool {
        if !self.ready.lacks() {
            return false;
        }
        let Ok(mut call) = self.prepare().await else { return false };
        let begin = Instant::now();
        if call.describe(self.limits.deadline).await.is_err() || !call.is_sound() {
            return false;
        }
        self.learn_start(begin.elapsed());
        if self.ready.warms_with_examples() && self.warm(&mut call).await.is_none() {
            return false;
        }
        // What it printed is not its first document's.
        call.forget_output();
        self.ready.keep(call);
        true
    }

    /// Has an instance analyze the first example: what the first analysis touches is then in memory.
    async fn warm(&self, call: &mut Call) -> Option<()> {
        self.ask_example(call, self.description.examples.first()?).await.map(drop)
    }

    async fn ask_example(&self, call: &mut Call, example: &Example) -> Option<Answer> {
        let options = Options { explain: true, ..self.options(&example.settings).ok()? };
        let document = document_of(example);
        let answer = call.within(self.limits.deadline, (&document, &options)).await.ok()?;
        call.is_sound().then_some(answer)
    }

    /// Looks whether instances that wait may have analyzed an example before: one that has must answer all examples as one
    /// that has not.
    pub(super) async fn learn_warmth(&self) {
        if self.may_make_ready() && self.ready.is_worthwhile() {
            let same = self.answers_alike_when_warm().await.unwrap_or(false);
            self.ready.warm_with_examples(same);
        }
    }

    async fn answers_alike_when_warm(&self) -> Option<bool> {
        let mut warmed = self.prepare().await.ok()?;
        self.warm(&mut warmed).await?;
        for example in &self.description.examples {
            let mut cold = self.prepare().await.ok()?;
            if self.ask_example(&mut cold, example).await? != self.ask_example(&mut warmed, example).await? {
                return Some(false);
            }
        }
        Some(true)
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
        let document = document_of(example);
        let options = self.options(&example.settings).map_err(RunFailure::refused)?;
        for explain in [false, true] {
            let options = Options { explain, ..options.clone() };
            self.run(&self.idle, (&document, &options), self.limits.deadline).await.map_err(Box::new)?;
        }
        Ok(())
    }

    /// The same whatever the text's length: examples are not held to an operator's limit.
    async fn run(
        &self,
        idle: &Idle,
        (document, options): (&Document, &Options),
        deadline: Duration,
    ) -> Result<(Analysis, Cost), RunFailure> {
        let mut call = match idle.take().or_else(|| self.ready.take()) {
            Some(call) => call,
            None => self.prepare().await?,
        };
        let answer = call.within(deadline, (document, options)).await;
        let checked = answer.and_then(|answer| self.check(answer, document, options));
        match checked {
            Ok(_) | Err(RunError::Refused(_)) => {
                let cost = Cost { memory_bytes: call.memory_bytes() };
                let checked = checked.map(|analysis| (analysis, cost)).map_err(|error| call.fail(error));
                idle.keep(call);
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

fn document_of(example: &Example) -> Document {
    Document { text: example.text.clone(), language: example.language.clone(), metadata: Vec::new() }
}

/// Makes instances that wait, as long as there is a plugin to make them of.
async fn fill(plugin: Weak<Plugin>) {
    while let Some(plugin) = plugin.upgrade() {
        if !plugin.make_one_ready().await {
            plugin.ready.end_filling();
            return;
        }
    }
}
