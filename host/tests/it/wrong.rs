//! Wrong plugins, of every kind and at every step: each is refused with a sentence that names the cause and what to do.

use std::fs;

use serde_json::Value;

use crate::harness::{foreign_guest, guest, run};
use crate::mismatch::{component, contract};

/// What `gloss check` says of a component, and at which step.
fn refusal(bytes: &[u8], options: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("wrong.wasm");
    fs::write(&file, bytes).expect("a file");
    let output = run(&[&["check", "--json", file.to_str().expect("a path")], options].concat());
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert!(!output.status.success() && report["served"] == false, "{report}");
    let steps = report["steps"].as_array().expect("steps");
    let failed = steps.iter().find(|step| step["passed"] == false).expect("one that failed");
    let reason = report["reason"].as_str().expect("a reason");
    format!("{}: {}\n", failed["step"].as_str().expect("a name"), without_numbers(reason))
}

/// Numbers of functions without names change with every build.
fn without_numbers(reason: &str) -> String {
    let mut parts = reason.split("function ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        said + "function " + if rest.len() < part.len() { "N" } else { "" } + rest
    })
}

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("it is WAT")
}

/// A component of the contract with some words changed.
fn changed(from: &str, to: &str) -> Vec<u8> {
    component(&contract(&[(from, to)]))
}

/// The contract with an import beside `log`.
fn importing(interface: &str) -> Vec<u8> {
    let (package, name) = interface.split_once('/').expect("two parts");
    let (name, version) = name.split_once('@').expect("a version");
    let nested = format!(
        "  export analyzer;\n}}\npackage {package}@{version} {{ interface {name} {{ handle: func(request: string); }} }}\n"
    );
    component(&contract(&[
        ("world plugin {", &format!("world plugin {{\n  import {interface};")),
        ("  export analyzer;\n}\n", &nested),
    ]))
}

#[test]
fn each_is_refused_with_its_cause_and_a_remedy() {
    let read = |name: &str| fs::read(guest(name)).expect("a guest");
    let counter = read("counter");
    let broken = [wat("(component)"), vec![0x7f, 1, 0]].concat();
    let (_, half) = counter.split_at(counter.len() / 2);
    let unfinished = &counter[..counter.len() - half.len()];
    let cases: [(&str, Vec<u8>, &[&str]); 21] = [
        ("an empty file", vec![], &[]),
        ("a text", b"(component)".to_vec(), &[]),
        ("half a component", unfinished.to_vec(), &[]),
        ("a broken component", broken, &[]),
        ("a core module", wat("(module)"), &[]),
        ("more than a component may have", vec![0; 2000], &["--component-bytes", "1000"]),
        ("a component that exports nothing", wat("(component)"), &[]),
        (
            "a command",
            wat(
                "(component (core module $m (func (export \"f\"))) (core instance $i (instantiate $m)) (func $f (canon lift (core func $i \"f\"))) (export \"run\" (func $f)))",
            ),
            &[],
        ),
        ("a client of HTTP", importing("wasi:http/outgoing-handler@0.2.6"), &[]),
        ("a component of WASI 0.3", importing("wasi:clocks/monotonic-clock@0.3.0"), &[]),
        ("an import of its own", importing("my:company/secrets@1.0.0"), &[]),
        ("an import that WASI does not have", importing("wasi:io/other@0.2.6"), &[]),
        (
            "another version of the contract",
            changed("package gloss:analyzer@1.0.0;", "package gloss:analyzer@2.0.0;"),
            &[],
        ),
        ("a field too many", changed("record span {", "record span {\n    colour: string,"), &[]),
        ("a function that is not there", changed("  describe: func() -> description;", ""), &[]),
        ("a contract of the same version that is another", read("drifted"), &[]),
        ("no time to compile", counter, &["--compile-deadline-ms", "1"]),
        ("nothing behind its functions", component(&contract(&[])), &[]),
        ("a route that the gateway has itself", read("reserved-path"), &[]),
        ("no example", read("no-example"), &[]),
        ("an example that fails", read("failing-example"), &[]),
    ];
    let said = cases.map(|(what, bytes, options)| format!("== {what}\n{}", refusal(&bytes, options)));
    insta::assert_snapshot!(said.concat());
}

#[test]
fn those_of_other_languages_too() {
    let mut said = String::new();
    for (what, name) in [
        ("JavaScript that may use fetch", "wrong-fetches"),
        ("JavaScript that throws", "wrong-throws"),
        ("JavaScript that lacks a field", "wrong-lacks"),
        ("Python that raises", "wrong-raises"),
        ("Python that returns something else", "wrong-returns"),
    ] {
        let Some(file) = foreign_guest(name) else { return };
        said += &format!("== {what}\n{}", refusal(&fs::read(file).expect("a guest"), &[]));
    }
    insta::assert_snapshot!(said);
}

#[test]
fn their_authors_see_where_it_happened() {
    for (name, parts) in [
        ("wrong-lacks", ["expected a string, received [undefined]", "$describe@"]),
        ("wrong-raises", ["line 13, in describe", "ValueError: the sky is green"]),
    ] {
        let Some(file) = foreign_guest(name) else { continue };
        let output = run(&["check", file.to_str().expect("a path")]);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    }
}
