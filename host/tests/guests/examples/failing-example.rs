//! Wrong: fails on its own example.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct FailingExample;

guests::export!(FailingExample with_types_in guests);

impl Guest for FailingExample {
    fn describe() -> Description {
        description("failing-example", "Fails on its own example.", "fail")
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        assert_ne!(document.text, "fail", "this is printed for the author");
        Ok(Analysis { answer: Answer::Value(Value::Boolean(true)), findings: vec![] })
    }
}
