//! One call into one instance: making it, asking it, and telling which failure an engine error is.
//!
//! An instance is made from what was prepared when the plugin was loaded. The guest ends with the call's
//! future: a caller that goes away ends it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower, TypedFunc};
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi::I32Exit;

use super::bindings;
use super::bindings::exports::gloss::analyzer::analyzer as wit;
use super::code::Linked;
use super::convert::{lend_members, lend_texts};
use super::crash::crash;
use super::error::{RunError, RunFailure};
use super::limits::Limits;
use super::sandbox::Sandbox;
use super::violation::Violation;
use crate::analysis::{Document, Options};
use crate::deadline::within;

/// What `analyze` returns over the wire of the component model.
pub(super) type Answer = Result<wit::Analysis, wit::Refusal>;

/// How long a call waits for a place among all the instances there may be at once.
const SLOT_PATIENCE: Duration = Duration::from_secs(1);

/// Memory of so many bytes takes longer to clean than handing it to another task does.
const MUCH_MEMORY_BYTES: usize = 4 * 1024 * 1024;

/// An instance, made when it is first used, and the host's side of it, for one call after the other.
pub(super) struct Call {
    linked: Arc<Linked>,
    store: Store<Sandbox>,
    instance: Option<Instance>,
    /// How often it was asked to analyze.
    calls: u32,
    output_bytes: usize,
    /// Given back after the store's memory: fields are dropped in their order.
    _slot: OwnedSemaphorePermit,
}

impl Call {
    /// Prepares a call, as soon as there is a place for its instance.
    pub(super) async fn prepare(linked: Arc<Linked>, limits: &Limits) -> Result<Self, RunFailure> {
        let slot = take_slot(&linked).await.ok_or_else(|| RunFailure::silent(RunError::Crowded))?;
        let mut store = Store::new(&linked.runtime.engine, Sandbox::new(limits));
        store.limiter(|sandbox| &mut sandbox.meter);
        store.set_hostcall_fuel(limits.output_bytes);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|_| {
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        Ok(Self { linked, store, instance: None, calls: 0, output_bytes: limits.output_bytes, _slot: slot })
    }

    /// Makes the instance and looks its functions up with the contract's types. The outer result is about
    /// the instance, the inner about the types.
    pub(super) async fn check_types(
        mut self,
        deadline: Duration,
    ) -> Result<wasmtime::Result<()>, RunFailure> {
        let instantiated = self.linked.pre.instance_pre().instantiate_async(&mut self.store);
        let instance = match tokio::time::timeout(deadline, instantiated).await {
            Ok(Ok(instance)) => instance,
            Ok(Err(error)) => return Err(self.fail(self.explain(&error))),
            Err(_) => return Err(self.fail(RunError::DeadlineExceeded { deadline })),
        };
        Ok(bindings::Plugin::new(&mut self.store, &instance).map(drop))
    }

    /// Makes the instance and asks what the component says of itself: a language's runtime has then touched the memory
    /// that it needs, and the first document finds it there.
    pub(super) async fn describe(&mut self, deadline: Duration) -> Result<wit::Description, RunFailure> {
        let asked = async {
            let instance = self.instantiate().await?;
            let description = self.ask_description(&instance).await?;
            self.instance = Some(instance);
            Ok(description)
        };
        let description = tokio::time::timeout(deadline, asked).await;
        let description = description.unwrap_or(Err(RunError::DeadlineExceeded { deadline }));
        description.map_err(|error| self.fail(error))
    }

    async fn ask_description(&mut self, instance: &Instance) -> Result<wit::Description, RunError> {
        let describe: TypedFunc<(), (wit::Description,)> =
            function(&mut self.store, instance, &self.linked.functions.describe)?;
        let called = describe.call_async(&mut self.store, ()).await;
        called.map(|(description,)| description).map_err(|error| self.explain(&error))
    }

    /// Has the instance analyze a document, for at most `deadline`.
    pub(super) async fn within(
        &mut self,
        deadline: Duration,
        (document, options): (&Document, &Options),
    ) -> Result<Answer, RunError> {
        let answer = within(deadline, self.analyze(document, options)).await;
        answer.unwrap_or(Err(RunError::DeadlineExceeded { deadline }))
    }

    async fn analyze(&mut self, document: &Document, options: &Options) -> Result<Answer, RunError> {
        // Taken out: an instance whose call does not end well is not put back.
        let instance = match self.instance.take() {
            Some(instance) => instance,
            None => self.instantiate().await?,
        };
        self.calls += 1;
        let texts = (lend_texts(&document.metadata), lend_texts(&options.settings));
        let metadata = lend_members(&document.metadata, &texts.0);
        let settings = lend_members(&options.settings, &texts.1);
        let language = document.language.as_deref();
        let document = wit::Document { text: &document.text, language, metadata: &metadata };
        let options = wit::Options { settings: &settings, explain: options.explain };
        // An instance that waited would yield at once: its tick is long past.
        self.store.set_epoch_deadline(1);
        let analyze: TypedFunc<(wit::Document<'_>, wit::Options<'_>), (Answer,)> =
            function(&mut self.store, &instance, &self.linked.functions.analyze)?;
        let called = analyze.call_async(&mut self.store, (document, options)).await;
        let (answer,) = called.map_err(|error| self.explain(&error))?;
        self.instance = Some(instance);
        Ok(answer)
    }

    async fn instantiate(&mut self) -> Result<Instance, RunError> {
        let instantiated = self.linked.pre.instance_pre().instantiate_async(&mut self.store).await;
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

    /// Whether the instance can serve another call after this one: it ended well, was refused nothing, and
    /// nobody else needs its place.
    pub(super) fn is_sound(&self) -> bool {
        let runtime = &self.linked.runtime;
        let welcome = !runtime.is_retired() && !runtime.is_crowded();
        welcome && self.instance.is_some() && !self.store.data().meter.refused
    }

    /// Whether its engine gave way to another, so that it must serve nobody any more.
    pub(super) fn is_retired(&self) -> bool {
        self.linked.runtime.is_retired()
    }

    /// How often the instance was asked to analyze.
    pub(super) fn calls(&self) -> u32 {
        self.calls
    }

    /// What the instance's memories and tables hold, in bytes. They only ever grow.
    pub(super) fn memory_bytes(&self) -> usize {
        self.store.data().meter.used_bytes()
    }

    /// Drops it. Much memory takes longer to clean than a short call takes, so it is cleaned by another task,
    /// and whoever waits for the answer has it before.
    pub(super) fn dispose(self) {
        if self.memory_bytes() >= MUCH_MEMORY_BYTES {
            tokio::spawn(async move { drop(self) });
        }
    }

    /// Forgets what the guest printed, before the next call.
    pub(super) fn forget_output(&self) {
        drop(self.store.data().take_captured());
    }
}

/// One of the contract's functions. Comparing its types with the contract's takes as long as a short
/// call, and is done once for each component: by [`Call::check_types`], before anything is asked of it.
#[expect(unsafe_code, reason = "the types were compared when the component was loaded")]
fn function<P, R>(
    store: &mut Store<Sandbox>,
    instance: &Instance,
    function: &ComponentExportIndex,
) -> Result<TypedFunc<P, R>, RunError>
where
    P: ComponentNamedList + Lower,
    R: ComponentNamedList + Lift,
{
    let function = instance.get_func(store, function);
    let function = function.ok_or_else(|| RunError::Contract(Violation::new("a function is missing")))?;
    // SAFETY: `function` is `describe` or `analyze` of the contract, whose types the bindings compared
    // with `P` and `R` in `check_types` when the component was loaded.
    Ok(unsafe { TypedFunc::new_unchecked(function) })
}

async fn take_slot(linked: &Linked) -> Option<OwnedSemaphorePermit> {
    let slots = &linked.runtime.slots;
    if let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
        return Some(slot);
    }
    // The semaphore is never closed.
    tokio::time::timeout(SLOT_PATIENCE, Arc::clone(slots).acquire_owned()).await.ok()?.ok()
}

/// wasmtime keeps the type of this error to itself, so its words must do; a test notices if they change.
fn is_output_too_large(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
}
