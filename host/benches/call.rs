//! What a plugin costs in one process, stage by stage, with the native function beside it:
//!
//! ```text
//! cargo bench -p gloss --bench call
//! ```
//!
//! For each standard analyzer: loading (with and without compiled code at hand), compiling, deserializing and
//! instantiating by wasmtime alone, and a call for texts of 100 bytes to 1 MiB, natively, in an instance that
//! waits (`reused`) and in one of its own (`fresh`). Then what a large model costs a fresh instance: the same
//! call of a guest with eight megabytes of data, of which it touches a hundred places, and of one without; until
//! the answer is there, and until the memory is clean again.
//! Times are medians.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and ends where it fails")]

#[path = "../build/component.rs"]
mod component;

use std::hint::black_box;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use entity_recognition::entities::entities;
use gloss::analysis::Document;
use gloss::plugin::{Cache, Compiler, Engine, Isolation, Loader, Origin, Plugin, Policy, Traces};
use gloss::standard;
use sentiment_analysis::document::analyze as analyze_sentiment;
use tokio::runtime::{Builder, Runtime};
use word_count::counts::Counts;

/// Prose that the analyzers find something in.
const PROSE: &str = "Ada Lovelace met Charles Babbage in London in June 1833, and she was delighted! \
    The Analytical Engine was not finished, sadly; the Treasury of Great Britain would not pay for it. ";
const SIZES: [(&str, usize); 4] =
    [("100 B", 100), ("1 KiB", 1 << 10), ("32 KiB", 32 << 10), ("1 MiB", 1 << 20)];
/// How long each figure is measured, and how often at least.
const TURN: Duration = Duration::from_millis(400);
const LEAST: usize = 5;

fn main() {
    // Under `cargo test --benches` there is nothing to test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = Engine::new(Traces::Functions).expect("an engine");
    println!("instances: {}", engine.allocation());
    for (name, native) in [
        ("word-count", count as fn(&str)),
        ("sentiment-analysis", judge as fn(&str)),
        ("entity-recognition", recognize as fn(&str)),
    ] {
        println!("{name}");
        let component: Arc<[u8]> = standard::component(name).expect("a standard analyzer").into();
        stages(&runtime, &engine, folder.path(), &component);
        calls(&runtime, &engine, &component, native);
    }
    println!("a guest with a model of 8 MiB, and the same guest without");
    models(&runtime, &engine);
}

fn count(text: &str) {
    black_box(Counts::of(text));
}

fn judge(text: &str) {
    black_box(analyze_sentiment(text, false));
}

fn recognize(text: &str) {
    black_box(entities(text));
}

fn loader(engine: &Engine, isolation: Isolation, cache: Option<&Path>) -> Loader {
    let mut policy = Policy::default();
    policy.default.isolation = isolation;
    policy.default.limits.deadline = Duration::from_secs(60);
    policy.default.limits.input_bytes = usize::MAX;
    let cache = cache.map(|folder| Cache::open(folder.join("cache")).expect("a cache"));
    Loader::new(engine.clone(), Compiler::in_process(), cache, policy)
}

fn load(runtime: &Runtime, loader: &Loader, component: &Arc<[u8]>) -> Arc<Plugin> {
    let loaded = runtime.block_on(loader.load(Arc::clone(component), Origin::Embedded));
    loaded.expect("it loads")
}

/// What it takes until the first call.
fn stages(runtime: &Runtime, engine: &Engine, folder: &Path, component: &Arc<[u8]>) {
    let cold = loader(engine, Isolation::Fresh, None);
    let warm = loader(engine, Isolation::Fresh, Some(folder));
    load(runtime, &warm, component);
    let bare = Bare::new(component);
    line("load", median(|| drop(load(runtime, &cold, component))), None);
    line("load, code at hand", median(|| drop(load(runtime, &warm, component))), None);
    line("compile", median(|| drop(bare.compile(component))), None);
    line("deserialize", median(|| drop(bare.deserialize())), None);
    let instantiate = median(|| bare.instantiate());
    line("instantiate", instantiate, None);
    let plugin = load(runtime, &cold, component);
    let text = text(100);
    let call = median(|| analyze(runtime, &plugin, &text));
    line("fresh instance and call", call, Some((instantiate, "instantiate")));
}

/// What a call costs.
fn calls(runtime: &Runtime, engine: &Engine, component: &Arc<[u8]>, native: fn(&str)) {
    let reuse = Isolation::Reuse { recycle: NonZeroU32::new(1000).expect("not zero") };
    let reused = load(runtime, &loader(engine, reuse, None), component);
    let fresh = load(runtime, &loader(engine, Isolation::Fresh, None), component);
    for (size, bytes) in SIZES {
        let text = text(bytes);
        let base = median(|| native(&text));
        line(&format!("{size}, native"), base, None);
        for (how, plugin) in [("reused", &reused), ("fresh", &fresh)] {
            let call = median(|| analyze(runtime, plugin, &text));
            line(&format!("{size}, {how}"), call, Some((base, "native")));
        }
    }
}

/// What a large model costs a fresh instance.
fn models(runtime: &Runtime, engine: &Engine) {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = manifest.parent().expect("the host has a folder above it");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder");
    let selection = ["--package", "guests", "--example", "no-model", "--example", "model"];
    let built = component::build(workspace, target, "release", &selection).expect("the guests build");
    let text = text(100);
    let fresh = |name: &str| {
        let file = built.join("examples").join(name).with_extension("wasm");
        let component: Arc<[u8]> = std::fs::read(file).expect("a guest").into();
        let plugin = load(runtime, &loader(engine, Isolation::Fresh, None), &component);
        (median(|| analyze(runtime, &plugin, &text)), with_cleaning(&plugin, &text))
    };
    let (without, without_clean) = fresh("no_model");
    let (with, with_clean) = fresh("model");
    line("without", without, None);
    line("with", with, Some((without, "without")));
    line("without, and cleaned", without_clean, None);
    line("with, and cleaned", with_clean, Some((without_clean, "without")));
}

/// The mean time of a call and of all that it leaves to other tasks: here they have one thread between them.
fn with_cleaning(plugin: &Arc<Plugin>, text: &str) -> Duration {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = plugin.options(&[]).expect("no settings are needed");
    runtime.block_on(async {
        let (begin, mut calls) = (Instant::now(), 0);
        while begin.elapsed() < TURN {
            let document = Document::of(text.to_owned());
            let deadline = plugin.limits().deadline;
            black_box(plugin.analyze(&document, &options, deadline).await.expect("an analysis"));
            tokio::task::yield_now().await;
            calls += 1;
        }
        begin.elapsed() / calls
    })
}

fn text(bytes: usize) -> String {
    PROSE.chars().cycle().take(bytes).collect()
}

fn analyze(runtime: &Runtime, plugin: &Arc<Plugin>, text: &str) {
    let document = Document::of(text.to_owned());
    let options = plugin.options(&[]).expect("no settings are needed");
    let deadline = plugin.limits().deadline;
    black_box(runtime.block_on(plugin.analyze(&document, &options, deadline)).expect("an analysis"));
}

/// The median time of something.
fn median(mut work: impl FnMut()) -> Duration {
    let mut times = Vec::new();
    work();
    let begin = Instant::now();
    while begin.elapsed() < TURN || times.len() < LEAST {
        let start = Instant::now();
        work();
        times.push(start.elapsed());
    }
    times.sort();
    times.get(times.len() / 2).copied().expect("it ran")
}

fn line(what: &str, time: Duration, base: Option<(Duration, &str)>) {
    let ratio = base.map(|(base, name)| format!("{:6.2} of {name}", time.as_secs_f64() / base.as_secs_f64()));
    println!("  {what:<26} {time:>10.1?}  {}", ratio.unwrap_or_default());
}

/// wasmtime by itself, on the same terms: a pool that scans its pages where the kernel can.
struct Bare {
    engine: wasmtime::Engine,
    code: Vec<u8>,
    pre: wasmtime::component::InstancePre<Host>,
}

/// The little that a host must have.
#[derive(Default)]
struct Host(Option<(wasmtime_wasi::WasiCtx, wasmtime::component::ResourceTable)>);

impl wasmtime_wasi::WasiView for Host {
    fn ctx(&mut self) -> wasmtime_wasi::WasiCtxView<'_> {
        let (ctx, table) = self.0.get_or_insert_with(Default::default);
        wasmtime_wasi::WasiCtxView { ctx, table }
    }
}

impl Bare {
    fn new(component: &[u8]) -> Self {
        let mut pool = wasmtime::PoolingAllocationConfig::new();
        pool.linear_memory_keep_resident(16 << 20).table_keep_resident(1 << 20);
        if wasmtime::PoolingAllocationConfig::is_pagemap_scan_available() {
            pool.pagemap_scan(wasmtime::Enabled::Yes);
        }
        let mut config = wasmtime::Config::new();
        config.concurrency_support(false).allocation_strategy(pool);
        let engine = wasmtime::Engine::new(&config).expect("an engine");
        let compiled = wasmtime::component::Component::new(&engine, component).expect("it compiles");
        let mut linker = wasmtime::component::Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).expect("its functions are taken");
        let pre = linker.instantiate_pre(&compiled).expect("its imports are there");
        Self { engine, code: compiled.serialize().expect("it is serialized"), pre }
    }

    fn compile(&self, component: &[u8]) -> wasmtime::component::Component {
        wasmtime::component::Component::new(&self.engine, component).expect("it compiles")
    }

    #[expect(unsafe_code, reason = "the code was serialized by the same engine")]
    fn deserialize(&self) -> wasmtime::component::Component {
        // SAFETY: `new` made these bytes with this engine, and nobody changed them.
        let code = unsafe { wasmtime::component::Component::deserialize(&self.engine, &self.code) };
        code.expect("it is our own code")
    }

    fn instantiate(&self) {
        let mut store = wasmtime::Store::new(&self.engine, Host::default());
        black_box(self.pre.instantiate(&mut store).expect("an instance"));
    }
}
