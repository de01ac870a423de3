//! One call into one instance: making it, asking it, and telling which failure an engine error is.
//!
//! An instance is made from what was prepared when the plugin was loaded, and is dropped with the call's
//! future: a caller that goes away ends the guest.

use std::time::Duration;

use wasmtime::{Store, UpdateDeadline, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use super::bindings::exports::gloss::analyzer::analyzer as wit;
use super::bindings::{self, PluginPre};
use super::convert::{lend_members, lend_texts};
use super::engine::Engine;
use super::error::{Crash, RunError, RunFailure};
use super::limits::Limits;
use super::sandbox::Sandbox;
use super::violation::Violation;
use crate::analysis::{Document, Options};

/// What `analyze` returns over the wire of the component model.
pub(super) type Answer = Result<wit::Analysis, wit::Refusal>;

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
        let description = tokio::time::timeout(limits.deadline, call.describe(self)).await;
        let description =
            description.unwrap_or(Err(RunError::DeadlineExceeded { deadline: limits.deadline }));
        description.map_err(|error| call.fail(error))
    }

    /// Prepares a call in an instance that is made when it is first used.
    pub(super) fn call(&self, limits: &Limits) -> Call {
        let mut store = Store::new(self.engine.inner(), Sandbox::new(limits));
        store.limiter(|sandbox| &mut sandbox.meter);
        store.set_hostcall_fuel(limits.output_bytes);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| {
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        Call { store, instance: None, calls: 0, output_bytes: limits.output_bytes }
    }
}

/// An instance and the host's side of it, for one call after the other.
pub(super) struct Call {
    store: Store<Sandbox>,
    instance: Option<bindings::Plugin>,
    /// How often it was asked to analyze.
    calls: u32,
    output_bytes: usize,
}

impl Call {
    pub(super) async fn within(
        &mut self,
        code: &Code,
        deadline: Duration,
        (document, options): (&Document, &Options),
    ) -> Result<Answer, RunError> {
        let answer = tokio::time::timeout(deadline, self.analyze(code, document, options)).await;
        answer.unwrap_or(Err(RunError::DeadlineExceeded { deadline }))
    }

    async fn analyze(
        &mut self,
        code: &Code,
        document: &Document,
        options: &Options,
    ) -> Result<Answer, RunError> {
        // Taken out: an instance whose call does not end well is not put back.
        let plugin = match self.instance.take() {
            Some(plugin) => plugin,
            None => self.instantiate(code).await?,
        };
        self.calls += 1;
        let texts = (lend_texts(&document.metadata), lend_texts(&options.settings));
        let metadata = lend_members(&document.metadata, &texts.0);
        let settings = lend_members(&options.settings, &texts.1);
        let language = document.language.as_deref();
        let document = wit::Document { text: &document.text, language, metadata: &metadata };
        let options = wit::Options { settings: &settings, explain: options.explain };
        let called = plugin.gloss_analyzer_analyzer().call_analyze(&mut self.store, document, options).await;
        let answer = called.map_err(|error| self.explain(&error))?;
        self.instance = Some(plugin);
        Ok(answer)
    }

    async fn describe(&mut self, code: &Code) -> Result<wit::Description, RunError> {
        let plugin = self.instantiate(code).await?;
        let called = plugin.gloss_analyzer_analyzer().call_describe(&mut self.store).await;
        called.map_err(|error| self.explain(&error))
    }

    async fn instantiate(&mut self, code: &Code) -> Result<bindings::Plugin, RunError> {
        let instantiated = code.pre.instantiate_async(&mut self.store).await;
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

    pub(super) fn fail(&self, error: RunError) -> RunFailure {
        RunFailure { error, captured: self.store.data().take_captured() }
    }

    /// Whether the instance can serve another call after this one: it ended well and was refused nothing.
    pub(super) fn is_sound(&self) -> bool {
        self.instance.is_some() && !self.store.data().meter.refused
    }

    /// How often the instance was asked to analyze.
    pub(super) fn calls(&self) -> u32 {
        self.calls
    }

    /// Forgets what the guest printed, before the next call.
    pub(super) fn forget_output(&self) {
        drop(self.store.data().take_captured());
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
