//! `gloss check` says what the gateway would say.

use std::fs;

use crate::harness::{Gateway, eventually, guest, run};

#[test]
fn a_sound_plugin_is_described() {
    let file = guest("counter");
    let output = run(&["check", file.to_str().expect("a path")]);
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{said}");
    for part in ["vowel-counter", "1.0.0", "Counts the vowels of a text.", "POST /vowels", "sha256"] {
        assert!(said.contains(part), "{said}");
    }
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
