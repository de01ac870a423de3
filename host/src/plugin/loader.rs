//! Judging and loading: from bytes to a plugin that serves, or to the reason why not.
//!
//! The [`Step`]s come in order of their cost and danger. Each has errors of its own in [`LoadError`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cache::Cache;
use super::call::Call;
use super::code::{Code, deserialize, words};
use super::compiler::Compiler;
use super::digest::Digest;
use super::engine::Engine;
use super::error::{LoadError, Origin, RunFailure};
use super::inspect::World;
use super::policy::Policy;
use super::run::{Identity, Plugin};
use super::settings::Misfit;
use super::steps::{Step, Steps};
use super::{contract, convert, inspect, settings};
use crate::analysis::Description;

/// Turns bytes into plugins. Cheap to clone.
#[derive(Clone)]
pub struct Loader {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    compiler: Compiler,
    cache: Option<Cache>,
    policy: Policy,
}

impl Loader {
    /// A loader on the process's engine. Without a cache every component is compiled anew.
    pub fn new(engine: Engine, compiler: Compiler, cache: Option<Cache>, policy: Policy) -> Self {
        Self { inner: Arc::new(Inner { engine, compiler, cache, policy }) }
    }

    /// Largest component that is looked at, in bytes.
    pub fn component_bytes(&self) -> u64 {
        self.inner.policy.component_bytes
    }

    /// Judges a component, and loads it if nothing is wrong. Nothing of it happens on the async threads
    /// but the guest's own calls, which yield.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub async fn load(&self, bytes: Arc<[u8]>, origin: Origin) -> Result<Arc<Plugin>, LoadError> {
        self.load_by_steps(bytes, origin, &mut Steps::begin()).await
    }

    /// The same, with an account of the steps, also of a component that is refused.
    pub async fn judge(&self, bytes: Arc<[u8]>, origin: Origin) -> (Result<Arc<Plugin>, LoadError>, Steps) {
        let mut steps = Steps::begin();
        let judged = self.load_by_steps(bytes, origin, &mut steps).await;
        (judged, steps)
    }

    async fn load_by_steps(
        &self,
        bytes: Arc<[u8]>,
        origin: Origin,
        steps: &mut Steps,
    ) -> Result<Arc<Plugin>, LoadError> {
        let inner = &self.inner;
        let (digest, world) = inner.parse(Arc::clone(&bytes)).await?;
        steps.pass(Step::Format);
        let contract = world.check(&contract::CONTRACT_VERSION)?;
        steps.pass(Step::World);
        compare_with_contract(Arc::clone(&bytes), contract.clone()).await?;
        steps.pass(Step::Contract);
        let code = inner.compiled(bytes, digest, &origin).await?;
        steps.pass(Step::Compilation);
        inner.check_types(&code).await?;
        steps.pass(Step::Instance);
        let (description, start) = inner.describe(&code).await?;
        let policy = inner.policy.of(&description.name);
        let defaults = description.default_settings();
        let settings = settings::complete(&description, &policy.settings, &defaults)
            .map_err(|Misfit { name, sentence }| LoadError::OperatorSetting { setting: name, sentence })?;
        steps.pass(Step::Description);
        let identity = Identity { digest, origin, contract };
        let plugin = Plugin::new(code, description, settings, policy, identity);
        plugin.learn_start(start);
        plugin.try_examples().await?;
        plugin.learn_warmth().await;
        steps.pass(Step::Examples);
        let plugin = Arc::new(plugin);
        plugin.make_ready();
        Ok(plugin)
    }
}

impl Inner {
    /// Who it is, and what it imports and exports.
    async fn parse(&self, bytes: Arc<[u8]>) -> Result<(Digest, World), LoadError> {
        let (size, limit_bytes) = (bytes.len() as u64, self.policy.component_bytes);
        if size > limit_bytes {
            return Err(LoadError::TooLarge { bytes: size, limit_bytes });
        }
        blocking(move || Ok((Digest::of(&bytes), inspect::parse(&bytes)?))).await
    }

    /// The code of an earlier time, or what the compiler makes of the component now.
    async fn compiled(
        self: &Arc<Self>,
        bytes: Arc<[u8]>,
        digest: Digest,
        origin: &Origin,
    ) -> Result<Code, LoadError> {
        let inner = Arc::clone(self);
        let cached = blocking(move || {
            let runtime = inner.engine.current();
            let component = inner.cache.as_ref().and_then(|cache| cache.load(&runtime, digest));
            component.map(|component| Code::link(inner.engine.clone(), runtime, component)).transpose()
        });
        if let Some(code) = cached.await? {
            return Ok(code);
        }
        let code = self.compiler.compile(bytes, origin, self.engine.traces()).await?;
        let inner = Arc::clone(self);
        blocking(move || {
            let runtime = inner.engine.current();
            let component = deserialize(&runtime, &code);
            let component = component.map_err(|error| LoadError::Compile { detail: words(&error) })?;
            if let Some(cache) = &inner.cache
                && let Err(error) = cache.store(&runtime, digest, &code)
            {
                tracing::warn!(%digest, %error, "compiled code is not cached");
            }
            Code::link(inner.engine.clone(), runtime, component)
        })
        .await
    }

    /// Whether the functions that are exported have the contract's types.
    async fn check_types(&self, code: &Code) -> Result<(), LoadError> {
        let limits = &self.policy.default.limits;
        let checked = async { Call::prepare(code.linked().await?, limits).await.map_err(start_failed) };
        match checked.await?.check_types(limits.deadline).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(mismatch)) => Err(LoadError::Types { detail: words(&mismatch) }),
            Err(failure) => Err(start_failed(failure)),
        }
    }

    /// What it says of itself, and how long it takes until an instance has said that.
    async fn describe(&self, code: &Code) -> Result<(Description, Duration), LoadError> {
        let limits = &self.policy.default.limits;
        let mut call = Call::prepare(code.linked().await?, limits).await.map_err(start_failed)?;
        let begin = Instant::now();
        let described = call.describe(limits.deadline).await;
        let description = described.map_err(|failure| LoadError::Describe { failure: Box::new(failure) })?;
        let start = begin.elapsed();
        Ok((convert::description(description).map_err(LoadError::Description)?, start))
    }
}

/// Whether its types are the contract's, as far as they can be read as WIT.
async fn compare_with_contract(bytes: Arc<[u8]>, version: String) -> Result<(), LoadError> {
    blocking(move || match contract::differences(&bytes) {
        differences if differences.is_empty() => Ok(()),
        differences => Err(LoadError::Mismatch { version, differences }),
    })
    .await
}

fn start_failed(failure: RunFailure) -> LoadError {
    LoadError::Start { failure: Box::new(failure) }
}

/// Does something off the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LoadError> + Send + 'static,
) -> Result<T, LoadError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(LoadError::Compile { detail: error.to_string() }))
}
