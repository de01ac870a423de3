//! A loaded plugin, and the one way to run it.
//!
//! **Every call gets an instance of its own**, made from what was prepared when the plugin was loaded, and
//! dropped with the call's future: a caller that goes away ends the guest.

use std::time::Duration;

use wasmtime::{Store, UpdateDeadline, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use super::bindings::exports::gloss::analyzer::analyzer as wit;
use super::bindings::{self, PluginPre};
use super::capture::Captured;
use super::convert::{self, Checker, Vocabulary, lend_members, lend_texts};
use super::digest::Digest;
use super::engine::Engine;
use super::error::{Crash, Origin, RunError, RunFailure};
use super::limits::Limits;
use super::sandbox::Sandbox;
use super::violation::Violation;
use crate::analysis::{Analysis, Description, Document, Member, Options, Refusal, RefusalReason};

/// A component that has been judged, compiled and described, ready to analyze.
pub struct Plugin {
    code: Code,
    description: Description,
    vocabulary: Vocabulary,
    settings: Vec<Member>,
    limits: Limits,
    digest: Digest,
    origin: Origin,
}

impl Plugin {
    pub(super) fn new(
        code: Code,
        description: Description,
        settings: Vec<Member>,
        limits: Limits,
        digest: Digest,
        origin: Origin,
    ) -> Self {
        let vocabulary = Vocabulary::of(&description);
        Self { code, description, vocabulary, settings, limits, digest, origin }
    }

    /// What the analyzer says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// What one analysis may cost.
    pub fn limits(&self) -> &Limits {
        &self.limits
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

    /// Analyzes one document in a fresh instance, within `deadline`.
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
            let error = RunError::TextTooLarge { text_bytes, limit_bytes };
            return Err(RunFailure { error, captured: Captured::default() });
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
        let mut call = self.code.call(&self.limits);
        let answer = call.within(deadline, document, options).await;
        let checked = answer.and_then(|answer| self.check(answer, document, options));
        checked.map_err(|error| call.fail(error))
    }

    fn check(&self, answer: Answer, document: &Document, options: &Options) -> Result<Analysis, RunError> {
        let found = answer.map_err(convert::refusal)?;
        let (text, vocabulary) = (document.text.as_str(), &self.vocabulary);
        let checker = Checker { text, vocabulary, explain: options.explain };
        checker.analysis(found).map_err(RunError::Contract)
    }
}

/// What `analyze` returns over the wire of the component model.
type Answer = Result<wit::Analysis, wit::Refusal>;

/// Compiled code with its imports answered: instances are made from it.
pub(super) struct Code {
    engine: Engine,
    pre: PluginPre<Sandbox>,
}

impl Code {
    pub(super) fn new(engine: Engine, pre: PluginPre<Sandbox>) -> Self {
        Self { engine, pre }
    }

    /// Makes an instance and looks its functions up with the contract's types. The outer result is about
    /// the instance, the inner about the types.
    pub(super) async fn check_types(&self, limits: &Limits) -> Result<wasmtime::Result<()>, RunFailure> {
        let mut call = self.call(limits);
        let instantiated = self.pre.instance_pre().instantiate_async(&mut call.store);
        let instance = match tokio::time::timeout(limits.deadline, instantiated).await {
            Ok(Ok(instance)) => instance,
            Ok(Err(error)) => return Err(call.fail(call.explain(&error))),
            Err(_) => return Err(call.fail(RunError::DeadlineExceeded { deadline: limits.deadline })),
        };
        Ok(bindings::Plugin::new(&mut call.store, &instance).map(drop))
    }

    pub(super) async fn describe(&self, limits: &Limits) -> Result<wit::Description, RunFailure> {
        let mut call = self.call(limits);
        let description = tokio::time::timeout(limits.deadline, call.describe()).await;
        let description =
            description.unwrap_or(Err(RunError::DeadlineExceeded { deadline: limits.deadline }));
        description.map_err(|error| call.fail(error))
    }

    fn call(&self, limits: &Limits) -> Call<'_> {
        let mut store = Store::new(self.engine.inner(), Sandbox::new(limits));
        store.limiter(|sandbox| &mut sandbox.meter);
        store.set_hostcall_fuel(limits.output_bytes);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| {
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        Call { pre: &self.pre, store, output_bytes: limits.output_bytes }
    }
}

/// One call into one instance.
struct Call<'c> {
    pre: &'c PluginPre<Sandbox>,
    store: Store<Sandbox>,
    output_bytes: usize,
}

impl Call<'_> {
    async fn within(
        &mut self,
        deadline: Duration,
        document: &Document,
        options: &Options,
    ) -> Result<Answer, RunError> {
        let answer = tokio::time::timeout(deadline, self.analyze(document, options)).await;
        answer.unwrap_or(Err(RunError::DeadlineExceeded { deadline }))
    }

    async fn analyze(&mut self, document: &Document, options: &Options) -> Result<Answer, RunError> {
        let plugin = self.instantiate().await?;
        let texts = (lend_texts(&document.metadata), lend_texts(&options.settings));
        let metadata = lend_members(&document.metadata, &texts.0);
        let settings = lend_members(&options.settings, &texts.1);
        let language = document.language.as_deref();
        let document = wit::Document { text: &document.text, language, metadata: &metadata };
        let options = wit::Options { settings: &settings, explain: options.explain };
        let called = plugin.gloss_analyzer_analyzer().call_analyze(&mut self.store, document, options).await;
        called.map_err(|error| self.explain(&error))
    }

    async fn describe(&mut self) -> Result<wit::Description, RunError> {
        let plugin = self.instantiate().await?;
        let called = plugin.gloss_analyzer_analyzer().call_describe(&mut self.store).await;
        called.map_err(|error| self.explain(&error))
    }

    async fn instantiate(&mut self) -> Result<bindings::Plugin, RunError> {
        let instantiated = self.pre.instantiate_async(&mut self.store).await;
        instantiated.map_err(|error| match self.explain(&error) {
            // Nothing was answered yet that could break a contract.
            RunError::Contract(_) => RunError::Trapped(crash(&error)),
            other => other,
        })
    }

    /// Which failure an engine error is.
    fn explain(&self, error: &wasmtime::Error) -> RunError {
        if is_output_too_large(error) {
            return RunError::OutputTooLarge { limit_bytes: self.output_bytes };
        }
        let crash = crash(error);
        if self.store.data().meter.refused {
            return RunError::OutOfMemory(crash);
        }
        match crash.functions.first() {
            // Not one of its functions ran: what it left in memory could not be read as an analysis.
            None if !error.is::<I32Exit>() && !error.is::<wasmtime::Trap>() => {
                RunError::Contract(Violation::unreadable(crash.cause))
            }
            _ => RunError::Trapped(crash),
        }
    }

    fn fail(&self, error: RunError) -> RunFailure {
        RunFailure { error, captured: self.store.data().take_captured() }
    }
}

/// wasmtime keeps the type of this error to itself, so its words must do; a test notices if they change.
fn is_output_too_large(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
}

/// Function names in a report: the innermost tell enough.
const MAX_FUNCTIONS: usize = 12;
/// Characters of a function's name: generic names of Rust can be very long.
const MAX_NAME_CHARACTERS: usize = 120;

fn crash(error: &wasmtime::Error) -> Crash {
    let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
    let name = |frame: &wasmtime::FrameInfo| {
        let name = frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), demangle);
        // The name is the component's; a line break in it must not look like one of the log.
        name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARACTERS).collect()
    };
    Crash {
        cause: error.root_cause().to_string().replace('\n', " "),
        functions: frames.iter().take(MAX_FUNCTIONS).map(name).collect(),
    }
}

fn demangle(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}
