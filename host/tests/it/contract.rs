//! The contract can say what analyzers say: seven kinds of them, as clients see their answers.

use serde_json::Value;

use crate::harness::{Gateway, eventually, foreign_guest, guest, repository};

/// The seven, each with a text that shows all it can say.
const GUESTS: [(&str, &str, &str); 7] = [
    ("counter", "vowel-counter", "One two, drei"),
    ("classifier", "text-form", "Is this a question, and a long one?"),
    ("summarizer", "first-sentence", "It rains. I stay."),
    ("embedder", "letter-embedding", "abca"),
    ("tagger", "word-tagger", "Dogs run. Cats sleep."),
    ("relation-extractor", "who-likes-what", "😀 Ada likes tea, Bob likes Ada"),
    ("redactor", "number-redactor", "Call 555 or é 1234!"),
];

#[tokio::test]
async fn seven_kinds_of_analyzers_are_served() {
    let gateway = Gateway::start();
    for (guest_name, _, _) in GUESTS {
        gateway.drop_in(&guest(guest_name), &format!("{guest_name}.wasm"));
    }
    for (guest_name, service, text) in GUESTS {
        eventually(&format!("{service} serves"), async || gateway.status_of(service).await.is_some()).await;
        let answer = gateway.analyze(service, text).await.ok();
        let pretty = serde_json::to_string_pretty(&answer).expect("JSON");
        insta::assert_snapshot!(format!("answer_of_{guest_name}"), pretty);
    }
    gateway.analyze("first-sentence", "  ").await.is_problem(422, "unsupported_text");
}

/// Version 1 of the contract is frozen: its types never change, whatever is said about them.
#[test]
fn the_contract_is_frozen() {
    let contract = std::fs::read_to_string(repository().join("wit/analyzer.wit")).expect("the contract");
    let lines = contract.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    insta::assert_snapshot!("contract_without_its_words", lines.collect::<Vec<_>>().join("\n"));
}

/// A guest in another language answers what its twin in Rust answers.
async fn same_as_its_twin(foreign: &str, service: &str, twin: &str, twin_service: &str, text: &str) {
    let Some(component) = foreign_guest(foreign) else { return };
    let gateway = Gateway::start();
    gateway.drop_in(&component, "foreign.wasm");
    gateway.drop_in(&guest(twin), "twin.wasm");
    for service in [service, twin_service] {
        eventually(&format!("{service} serves"), async || {
            assert_eq!(gateway.refusal_of("foreign.wasm").await, None);
            gateway.status_of(service).await.is_some()
        })
        .await;
    }
    let answer: Value = gateway.analyze(service, text).await.ok();
    assert_eq!(answer, gateway.analyze(twin_service, text).await.ok());
}

#[tokio::test]
async fn a_guest_in_javascript_is_served() {
    same_as_its_twin("counter", "vowel-counter-js", "counter", "vowel-counter", "One two, drei").await;
}

#[tokio::test]
async fn a_guest_in_python_is_served() {
    let text = "Call 555 or é 1234!";
    same_as_its_twin("redactor", "number-redactor-py", "redactor", "number-redactor", text).await;
}
