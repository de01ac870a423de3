//! The engine: where instances get their memory, and the bounds of a compilation.

use std::num::NonZeroU32;
use std::process::Command;
use std::sync::Arc;

use gloss::analysis::{Answer, Document, Value};
use gloss::plugin::{Allocation, Compiler, Engine, Isolation, Loader, Origin, Plugin, Policy, Traces};
use gloss::standard;

use crate::harness::{PATIENCE, foreign_guest, guest, run};

async fn load(engine: &Engine, isolation: Isolation) -> Arc<Plugin> {
    let component = standard::component("word-count").expect("a standard analyzer");
    load_from(engine, isolation, component.into()).await
}

async fn load_from(engine: &Engine, isolation: Isolation, component: Arc<[u8]>) -> Arc<Plugin> {
    let mut policy = Policy::default();
    policy.default.isolation = isolation;
    policy.default.limits.deadline = PATIENCE;
    let loader = Loader::new(engine.clone(), Compiler::in_process(), None, policy);
    loader.load(component, Origin::Embedded).await.expect("it loads")
}

async fn count(plugin: &Arc<Plugin>, text: &str) -> i64 {
    let options = plugin.options(&[]).expect("no settings are needed");
    let analyzed = plugin.analyze(&Document::of(text.into()), &options, PATIENCE).await;
    match analyzed.expect("an analysis").answer {
        Answer::Value(Value::Integer(count)) => count,
        other => panic!("{other:?} is no count"),
    }
}

#[tokio::test]
async fn every_allocation_serves_and_leaves_nothing_to_the_next_call() {
    for allocation in [Allocation::PoolWithPagemapScan, Allocation::Pool, Allocation::OnDemand] {
        let Ok(engine) = Engine::with(allocation, Traces::Functions) else {
            println!("skipped: this machine has not {allocation}");
            continue;
        };
        let plugin = load(&engine, Isolation::Fresh).await;
        let component = std::fs::read(guest("remembering")).expect("a component");
        let remembering = load_from(&engine, Isolation::Fresh, component.into()).await;
        let long = "word ".repeat(20_000);
        for _ in 0..20 {
            assert_eq!(count(&plugin, &long).await, 20_000, "{allocation}");
            assert_eq!(count(&plugin, "a b").await, 2, "{allocation}");
            assert_eq!(count(&remembering, "a").await, 1, "{allocation}");
        }
        assert_eq!(plugin.allocation(), allocation);
    }
}

#[tokio::test]
async fn when_the_machine_begins_to_swap_plugins_move_to_another_engine() {
    let Ok(engine) = Engine::with(Allocation::PoolWithPagemapScan, Traces::Functions) else {
        println!("skipped: this machine cannot scan its pages");
        return;
    };
    let reuse = Isolation::Reuse { recycle: NonZeroU32::MAX };
    let plugins = [load(&engine, Isolation::Fresh).await, load(&engine, reuse).await];
    for plugin in &plugins {
        assert_eq!(count(plugin, "a b").await, 2);
    }
    engine.leave_pagemap_scan();
    for plugin in &plugins {
        assert_eq!(plugin.allocation(), Allocation::Pool);
        for _ in 0..3 {
            assert_eq!(count(plugin, "a b c").await, 3);
        }
    }
    // Once is enough.
    engine.leave_pagemap_scan();
    assert_eq!(count(&plugins[0], "a").await, 1);
}

#[test]
#[cfg(target_os = "linux")]
fn without_address_space_for_a_pool_instances_are_made_on_demand() {
    let (program, file) = (env!("CARGO_BIN_EXE_gloss"), guest("counter"));
    let limited = format!("ulimit -v 8000000 && exec {program} check {}", file.display());
    let output = Command::new("sh").args(["-c", &limited]).output().expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_compilation_has_bounds() {
    let file = guest("counter");
    let refusal = |option: &str, value: &str| {
        let output = run(&["check", file.to_str().expect("a path"), option, value]);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    let slow = refusal("--compile-deadline-ms", "1");
    assert!(slow.contains("it does not compile: it took longer than 0.001 s"), "{slow}");
    let large = refusal("--compile-memory-bytes", "20000000");
    assert!(large.contains("as if it needed more than 19 MiB"), "{large}");
}

#[test]
fn the_processor_time_of_a_compilation_is_bounded() {
    // It has a language's engine inside, which takes several seconds anywhere.
    let Some(file) = foreign_guest("counter") else { return };
    let output = run(&["check", file.to_str().expect("a path"), "--compile-cpu-ms", "900"]);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    let reason = "it does not compile: it needed more than 1 s of processor time (--compile-cpu-ms)";
    assert!(!output.status.success() && said.contains(reason), "{said}");
}
