//! Plugins built against something that is almost the contract: the author reads the difference.

use std::fs;

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

use crate::harness::{Gateway, eventually, repository, run};

/// The contract with some of its words changed.
pub(crate) fn contract(changes: &[(&str, &str)]) -> String {
    let wit = fs::read_to_string(repository().join("wit/analyzer.wit")).expect("the contract");
    changes.iter().fold(wit, |wit, (from, to)| {
        assert!(wit.contains(from), "the contract has no `{from}`");
        wit.replacen(from, to, 1)
    })
}

/// A component of a world. Its functions do nothing but trap.
pub(crate) fn component(wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("changed.wit", wit).expect("it is WIT");
    let world = resolve.select_world(&[package], Some("plugin")).expect("a world");
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("it is embedded");
    let encoder = ComponentEncoder::default().module(&module).expect("a module");
    encoder.validate(true).encode().expect("a component")
}

/// What `gloss check` says of a component built against the changed contract.
fn said_of(changes: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("changed.wasm");
    fs::write(&file, component(&contract(changes))).expect("a file");
    let output = run(&["check", file.to_str().expect("a path")]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    let (_, reason) = said.split_once("changed.wasm: refused: ").expect("it names the file");
    reason.to_owned()
}

#[test]
fn differences_are_told_in_the_contracts_language() {
    let cases: [(&str, &[(&str, &str)]); 9] = [
        (
            "a lacking export",
            &[("  analyze: func(document: document, options: options) -> result<analysis, refusal>;", "")],
        ),
        ("a wrong parameter", &[("analyze: func(document: document,", "analyze: func(text: string,")]),
        (
            "a wrong result",
            &[("describe: func() -> description;", "describe: func() -> result<description>;")],
        ),
        ("an extra field", &[("record span {", "record span {\n    colour: string,")]),
        ("a missing case", &[("    unsupported-language,\n", "")]),
        (
            "another type of a field",
            &[(
                "    score: option<f64>,\n    /// More on it: a lemma",
                "    score: option<f32>,\n    /// More on it: a lemma",
            )],
        ),
        (
            "another order",
            &[
                ("    range: range,\n", ""),
                (
                    "    score: option<f64>,\n    /// More on it: a lemma",
                    "    score: option<f64>,\n    range: range,\n    /// More on it: a lemma",
                ),
            ],
        ),
        (
            "another log",
            &[("write: func(level: level, message: string)", "write: func(level: level, message: list<u8>)")],
        ),
        ("version 2.0", &[("package gloss:analyzer@1.0.0;", "package gloss:analyzer@2.0.0;")]),
    ];
    let mut words = String::new();
    for (case, changes) in cases {
        words.push_str(&format!("== {case}\n{}\n", said_of(changes)));
    }
    insta::assert_snapshot!(words);
}

#[test]
fn imports_that_there_are_not_are_refused_by_name() {
    let said = |interface: &str| {
        let (package, name) = interface.split_once('/').expect("two parts");
        let import = format!("world plugin {{\n  import {interface}@0.2.6;");
        let nested =
            format!("package {package}@0.2.6 {{ interface {name} {{ handle: func(request: string); }} }}");
        said_of(&[
            ("world plugin {", &import),
            ("  export analyzer;\n}\n", &format!("  export analyzer;\n}}\n{nested}\n")),
        ])
    };
    let http = said("wasi:http/outgoing-handler");
    assert!(http.contains("it imports `wasi:http/outgoing-handler@0.2.6`, which no plugin gets"), "{http}");
    let unknown = said("wasi:io/other");
    assert!(unknown.contains("something of its imports that this gateway does not have"), "{unknown}");
    assert!(unknown.contains("wasi:io/other@0.2.6"), "{unknown}");
}

#[tokio::test]
async fn the_gateway_shows_the_difference_too() {
    let gateway = Gateway::start();
    let file = gateway.plugins().join("changed.wasm");
    fs::write(file, component(&contract(&[("record span {", "record span {\n    colour: string,")])))
        .expect("a file");
    eventually("it is refused", async || gateway.refusal_of("changed.wasm").await.is_some()).await;
    let reason = gateway.refusal_of("changed.wasm").await.expect("a reason");
    assert!(
        reason.contains("  record span\n    expected: nothing\n    found:    colour: string"),
        "{reason}"
    );
}

/// A host of a later minor version: its linker offers `log` under that version, and it looks `analyzer` up
/// under that version.
#[test]
fn a_plugin_of_1_0_fits_a_host_of_1_x() {
    let engine = wasmtime::Engine::default();
    let built = wasmtime::component::Component::new(&engine, component(&contract(&[]))).expect("it compiles");
    let mut linker = wasmtime::component::Linker::<()>::new(&engine);
    let mut log = linker.instance("gloss:analyzer/log@1.3.0").expect("an interface");
    log.func_new("write", |_, _, _, _| Ok(())).expect("a function");
    let mut store = wasmtime::Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &built).expect("its import is there");
    let analyzer = instance.get_export_index(&mut store, None, "gloss:analyzer/analyzer@1.3.0");
    let analyze = instance.get_export_index(&mut store, Some(&analyzer.expect("the interface")), "analyze");
    assert!(instance.get_func(&mut store, analyze.expect("the function")).is_some());
    let later = instance.get_export_index(&mut store, None, "gloss:analyzer/analyzer@2.0.0");
    assert!(later.is_none());
}
