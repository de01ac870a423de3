//! Compiled code, linked to what the host offers: what instances are made from.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::Mutex;
use wasmtime::component::{Component, ComponentExportIndex};

use super::bindings::PluginPre;
use super::engine::{Engine, Runtime};
use super::error::LoadError;
use super::pool::Allocation;
use super::sandbox::Sandbox;

/// The interface that every plugin exports; one of an earlier minor version is found under this name too.
const ANALYZER: &str = "gloss:analyzer/analyzer@1.0.0";

/// A component's code. It follows the engine when that gives way to another.
pub(super) struct Code {
    engine: Engine,
    linked: ArcSwap<Linked>,
    moving: Mutex<()>,
}

/// Code in one engine, with its imports answered.
pub(super) struct Linked {
    pub(super) runtime: Arc<Runtime>,
    component: Component,
    pub(super) pre: PluginPre<Sandbox>,
    pub(super) functions: Functions,
}

/// Where the contract's functions are among a component's exports.
pub(super) struct Functions {
    pub(super) describe: ComponentExportIndex,
    pub(super) analyze: ComponentExportIndex,
}

impl Functions {
    fn of(component: &Component) -> Option<Self> {
        let analyzer = component.get_export_index(None, ANALYZER)?;
        let function = |name| component.get_export_index(Some(&analyzer), name);
        Some(Self { describe: function("describe")?, analyze: function("analyze")? })
    }
}

impl Code {
    /// Links a component of `runtime`, which is `engine`'s.
    ///
    /// # Errors
    ///
    /// If it imports something that there is not, or lacks a function of the contract.
    pub(super) fn link(
        engine: Engine,
        runtime: Arc<Runtime>,
        component: Component,
    ) -> Result<Self, LoadError> {
        let linked = ArcSwap::from_pointee(Linked::new(runtime, component)?);
        Ok(Self { engine, linked, moving: Mutex::default() })
    }

    /// Where its instances get their memory at the moment.
    pub(super) fn allocation(&self) -> Allocation {
        self.engine.allocation()
    }

    /// The code in the engine of the moment.
    ///
    /// # Errors
    ///
    /// If it had to move and could not.
    pub(super) async fn linked(&self) -> Result<Arc<Linked>, LoadError> {
        let linked = self.linked.load_full();
        if linked.runtime.is_retired() { self.move_over().await } else { Ok(linked) }
    }

    /// Takes the code over to the engine that took the place of its own.
    async fn move_over(&self) -> Result<Arc<Linked>, LoadError> {
        let _turn = self.moving.lock().await;
        let linked = self.linked.load_full();
        let runtime = self.engine.current();
        if !linked.runtime.is_retired() {
            return Ok(linked);
        }
        let moved = tokio::task::spawn_blocking(move || linked.move_to(runtime)).await;
        let moved = Arc::new(moved.map_err(|error| LoadError::Compile { detail: error.to_string() })??);
        self.linked.store(Arc::clone(&moved));
        Ok(moved)
    }
}

impl Linked {
    fn new(runtime: Arc<Runtime>, component: Component) -> Result<Self, LoadError> {
        let linked = runtime.linker.instantiate_pre(&component);
        let linked = linked.map_err(|error| LoadError::UnknownImport { detail: words(&error) })?;
        let pre = PluginPre::new(linked).map_err(|error| LoadError::Types { detail: words(&error) })?;
        let functions = Functions::of(&component);
        let functions =
            functions.ok_or_else(|| LoadError::Types { detail: "a function is missing".into() })?;
        Ok(Self { runtime, component, pre, functions })
    }

    fn move_to(&self, runtime: Arc<Runtime>) -> Result<Self, LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Compile { detail: words(&error) };
        if runtime.is_retired() {
            return Err(LoadError::Compile { detail: "no engine may run it on this machine".into() });
        }
        let code = self.component.serialize().map_err(failed)?;
        let component = deserialize(&runtime, &code).map_err(failed)?;
        Self::new(runtime, component)
    }
}

/// Turns compiled code into a component.
#[expect(unsafe_code, reason = "wasmtime cannot verify compiled code; callers say why theirs is sound")]
pub(super) fn deserialize(runtime: &Runtime, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: all code there is was compiled by this very program: by an engine of this process, by a child that
    // it started from its own file, or, in the cache, by an earlier run, with a checksum and in a folder that is
    // as trusted as the program.
    unsafe { Component::deserialize(&runtime.engine, code) }
}

/// An engine error in one line: its causes from the outermost in.
pub(super) fn words(error: &wasmtime::Error) -> String {
    let mut causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    causes.dedup();
    causes.join(": ").replace('\n', " ")
}
