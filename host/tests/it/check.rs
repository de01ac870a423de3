//! `gloss check` says what the gateway would say.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{Gateway, eventually, guest, run};

#[test]
fn a_sound_plugin_is_described() {
    let file = guest("counter");
    let output = run(&["check", file.to_str().expect("a path")]);
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{said}");
    let parts = [
        "vowel-counter",
        "1.0.0",
        "Counts the vowels of a text.",
        "POST /vowels",
        "sha256",
        "fresh instance",
    ];
    for part in parts.into_iter().chain(STEPS) {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("Warnings") && !said.contains("failed"), "{said}");
}

const STEPS: [&str; 7] =
    ["format", "world", "contract", "compilation", "instance", "description", "examples"];

/// The report for tools on a file, and whether the status was that of a success.
fn report(file: &Path) -> (Value, bool) {
    let output = run(&["check", "--json", file.to_str().expect("a path")]);
    let report = String::from_utf8(output.stdout).expect("UTF-8");
    (
        serde_json::from_str(&report).unwrap_or_else(|error| panic!("{error}: {report}")),
        output.status.success(),
    )
}

fn steps(report: &Value) -> Vec<(&str, bool)> {
    let steps = report["steps"].as_array().expect("steps");
    steps.iter().map(|step| (step["step"].as_str().expect("a name"), step["passed"] == true)).collect()
}

#[test]
fn tools_get_all_of_it_as_json() {
    let (report, succeeded) = report(&guest("classifier"));
    assert!(succeeded && report["served"] == true, "{report}");
    assert_eq!(steps(&report), STEPS.map(|step| (step, true)));
    assert_eq!(report["examples"][0]["text"], report["description"]["examples"][0]["text"]);
    assert_eq!(report["examples"][0]["answer"]["result"], json!(["question", "short"]));
    for how in ["fresh", "reused"] {
        assert!(report["calls"][how]["median_ns"].as_u64() > Some(0), "{report}");
        assert!(report["calls"][how]["memory_bytes"].as_u64() >= Some(64 << 10), "{report}");
    }
    assert_eq!(report["warnings"], json!([]));
}

#[test]
fn tools_get_the_step_that_failed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("half.wasm");
    let whole = fs::read(guest("counter")).expect("a guest");
    fs::write(&file, &whole[..whole.len() / 2]).expect("a file");
    let (half, succeeded) = report(&file);
    assert!(!succeeded && half["served"] == false, "{half}");
    assert_eq!(steps(&half), [("format", false)]);
    let (failing, succeeded) = report(&guest("failing-example"));
    assert!(!succeeded);
    assert_eq!(steps(&failing).last(), Some(&("examples", false)));
    assert!(failing["reason"].as_str().expect("a reason").contains("its example 1 fails"), "{failing}");
    assert!(failing["printed"].as_str().expect("output").contains("this is printed for the author"));
}

#[test]
fn a_plugin_that_remembers_is_warned_of() {
    let (report, succeeded) = report(&guest("remembering"));
    assert!(succeeded);
    let kinds: Vec<&Value> =
        report["warnings"].as_array().expect("warnings").iter().map(|w| &w["kind"]).collect();
    assert_eq!(kinds, ["stateful"]);
}

#[tokio::test]
async fn a_wrong_plugin_is_refused_in_the_gateways_words() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let core = folder.path().join("core.wasm");
    fs::write(&core, wat::parse_str("(module)").expect("it is WAT")).expect("a file");
    for (file, name) in
        [(core, "core.wasm"), (guest("reserved-path"), "path.wasm"), (guest("failing-example"), "f.wasm")]
    {
        let output = run(&["check", file.to_str().expect("a path")]);
        assert!(!output.status.success());
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        gateway.drop_in(&file, name);
        eventually("it is refused", async || gateway.refusal_of(name).await.is_some()).await;
        let reason = gateway.refusal_of(name).await.expect("a reason");
        assert!(said.contains(&reason), "{said}\n{reason}");
    }
}

#[test]
fn its_author_sees_what_it_printed() {
    let output = run(&["check", guest("failing-example").to_str().expect("a path")]);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(said.contains("this is printed for the author"), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_said() {
    let output = run(&["check", "no-such.wasm"]);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!output.status.success() && said.contains("no-such.wasm cannot be read"), "{said}");
}
