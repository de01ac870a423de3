//! Judging and loading: from bytes to a plugin that serves, or to the reason why not.
//!
//! The stages come in order of their cost and danger: size, kind of file, imports and exports, compiling,
//! types, description, examples. Each has errors of its own in [`LoadError`].

use std::collections::HashMap;
use std::sync::Arc;

use wasmtime::component::{Component, Linker};

use super::bindings::PluginPre;
use super::cache::Cache;
use super::call::Code;
use super::digest::Digest;
use super::engine::Engine;
use super::error::{LoadError, Origin, RunFailure};
use super::isolation::Isolation;
use super::limits::Limits;
use super::run::Plugin;
use super::sandbox::{Sandbox, linker};
use super::{convert, inspect};
use crate::analysis::{Description, Document, Example, Kind, Member, Options, ServiceName, Value};

/// Largest component by default: room for a language runtime and a model.
const DEFAULT_COMPONENT_BYTES: u64 = 64 * 1024 * 1024;

/// What the operator decided for services: limits and settings, by name and in general.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Largest component that is looked at, in bytes.
    pub component_bytes: u64,
    /// For services without an entry of their own.
    pub default: ServicePolicy,
    /// For the services of these names.
    pub services: HashMap<ServiceName, ServicePolicy>,
}

/// What the operator decided for one service.
#[derive(Clone, Debug, Default)]
pub struct ServicePolicy {
    /// What an analysis may cost.
    pub limits: Limits,
    /// Whether an instance serves one document or several.
    pub isolation: Isolation,
    /// Settings that take the place of the analyzer's own defaults.
    pub settings: Vec<Member>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            component_bytes: DEFAULT_COMPONENT_BYTES,
            default: ServicePolicy::default(),
            services: HashMap::new(),
        }
    }
}

impl Policy {
    fn of(&self, name: &ServiceName) -> &ServicePolicy {
        self.services.get(name).unwrap_or(&self.default)
    }
}

/// Turns bytes into plugins. Cheap to clone.
#[derive(Clone)]
pub struct Loader {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    linker: Linker<Sandbox>,
    cache: Option<Cache>,
    policy: Policy,
}

impl Loader {
    /// A loader on the process's engine. Without a cache every component is compiled anew.
    ///
    /// # Errors
    ///
    /// If the engine does not take the host's functions, which would be a defect of the host.
    pub fn new(engine: Engine, cache: Option<Cache>, policy: Policy) -> Result<Self, LoadError> {
        let linker = linker(engine.inner()).map_err(|error| LoadError::Compile { detail: words(&error) })?;
        Ok(Self { inner: Arc::new(Inner { engine, linker, cache, policy }) })
    }

    /// Largest component that is looked at, in bytes.
    pub fn component_bytes(&self) -> u64 {
        self.inner.policy.component_bytes
    }

    /// Judges a component, and loads it if nothing is wrong. Compiling happens off the async threads.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub async fn load(&self, bytes: Arc<[u8]>, origin: Origin) -> Result<Plugin, LoadError> {
        let inner = Arc::clone(&self.inner);
        let digest_bytes = Arc::clone(&bytes);
        let prepared = tokio::task::spawn_blocking(move || inner.prepare(&digest_bytes)).await;
        let (code, digest) =
            prepared.map_err(|_| LoadError::Compile { detail: "the compiler gave up".into() })??;

        self.inner.check_types(&code).await?;
        let description = self.inner.describe(&code).await?;
        let policy = self.inner.policy.of(&description.name);
        let settings = effective_settings(&description, &policy.settings)?;
        let (limits, isolation) = (policy.limits, policy.isolation);
        let plugin = Plugin::new(code, description, settings, (limits, isolation), (digest, origin));
        try_examples(&plugin).await?;
        Ok(plugin)
    }
}

impl Inner {
    /// Everything that needs no running guest.
    fn prepare(&self, bytes: &[u8]) -> Result<(Code, Digest), LoadError> {
        let (size, limit_bytes) = (bytes.len() as u64, self.policy.component_bytes);
        if size > limit_bytes {
            return Err(LoadError::TooLarge { bytes: size, limit_bytes });
        }
        inspect::parse(bytes)?.check()?;
        let digest = Digest::of(bytes);
        let component = self.compile(bytes, digest)?;
        let linked = self.linker.instantiate_pre(&component);
        let linked = linked.map_err(|error| LoadError::UnknownImport { detail: words(&error) })?;
        let pre = PluginPre::new(linked).map_err(|error| LoadError::Mismatch { detail: words(&error) })?;
        Ok((Code::new(self.engine.clone(), pre), digest))
    }

    fn compile(&self, bytes: &[u8], digest: Digest) -> Result<Component, LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Compile { detail: words(&error) };
        let Some(cache) = &self.cache else {
            return Component::new(self.engine.inner(), bytes).map_err(failed);
        };
        if let Some(component) = cache.load(&self.engine, digest) {
            return Ok(component);
        }
        let component = Component::new(self.engine.inner(), bytes).map_err(failed)?;
        let code = component.serialize().map_err(failed)?;
        if let Err(error) = cache.store(&self.engine, digest, &code) {
            tracing::warn!(%digest, %error, "compiled code is not cached");
        }
        Ok(component)
    }

    /// Whether the functions that are exported have the contract's types.
    async fn check_types(&self, code: &Code) -> Result<(), LoadError> {
        match code.check_types(&self.policy.default.limits).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(mismatch)) => Err(LoadError::Mismatch { detail: words(&mismatch) }),
            Err(failure) => Err(LoadError::Start { failure: Box::new(failure) }),
        }
    }

    async fn describe(&self, code: &Code) -> Result<Description, LoadError> {
        let limits = &self.policy.default.limits;
        let described = code.describe(limits).await;
        let description = described.map_err(|failure| LoadError::Describe { failure: Box::new(failure) })?;
        convert::description(description).map_err(LoadError::Description)
    }
}

/// The analyzer's defaults, with the operator's settings in their place.
fn effective_settings(description: &Description, operator: &[Member]) -> Result<Vec<Member>, LoadError> {
    let mut settings = description.default_settings();
    for member in operator {
        let wrong = |detail| LoadError::OperatorSetting { setting: member.name.clone(), detail };
        let setting = description.settings.iter().find(|setting| setting.name == member.name);
        let setting = setting.ok_or_else(|| wrong("it takes no such setting"))?;
        let value = as_kind(setting.kind, member.value.clone());
        if !setting.accepts(&value) {
            return Err(wrong("the value is of another kind, out of range or not among the choices"));
        }
        settings.retain(|default| default.name != member.name);
        settings.push(Member { name: member.name.clone(), value });
    }
    let place = |name: &str| description.settings.iter().position(|setting| setting.name == name);
    settings.sort_by_key(|member| place(&member.name));
    Ok(settings)
}

/// A value as the operator wrote it, as the kind that the setting has: a file knows no difference between
/// `1` and `1.0`, between lists of nothing, and has no JSON.
fn as_kind(kind: Kind, value: Value) -> Value {
    match (kind, value) {
        (Kind::Number, Value::Integer(integer)) => Value::Number(integer as f64),
        (Kind::Numbers, Value::Texts(texts)) if texts.is_empty() => Value::Numbers(Vec::new()),
        (Kind::Json, Value::Text(text)) => {
            convert::parse_json(text.clone()).map_or(Value::Text(text), Value::Json)
        }
        (_, value) => value,
    }
}

async fn try_examples(plugin: &Plugin) -> Result<(), LoadError> {
    for (index, example) in plugin.description().examples.iter().enumerate() {
        let tried = try_example(plugin, example).await;
        tried.map_err(|failure| LoadError::Example { number: index + 1, failure })?;
    }
    Ok(())
}

async fn try_example(plugin: &Plugin, example: &Example) -> Result<(), Box<RunFailure>> {
    let document =
        Document { text: example.text.clone(), language: example.language.clone(), metadata: Vec::new() };
    let options = plugin.options(&example.settings).map_err(RunFailure::refused)?;
    for explain in [false, true] {
        let options = Options { explain, ..options.clone() };
        plugin.run(&document, &options, plugin.limits().deadline).await.map_err(Box::new)?;
    }
    Ok(())
}

/// An engine error in one line: its causes from the outermost in.
fn words(error: &wasmtime::Error) -> String {
    let mut causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    causes.dedup();
    causes.join(": ").replace('\n', " ")
}
