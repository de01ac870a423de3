//! A guest that keeps state between calls: it says how often its instance was called.

#![cfg(target_arch = "wasm32")]

use std::sync::atomic::{AtomicI64, Ordering};

use guests::*;

struct Remembering;

guests::export!(Remembering with_types_in guests);

static CALLS: AtomicI64 = AtomicI64::new(0);

impl Guest for Remembering {
    fn describe() -> Description {
        description("remembering", "Says how often its instance was called.", "a")
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
        match document.text.as_str() {
            "trap" => core::arch::wasm32::unreachable(),
            "refuse" => Err(Refusal { reason: Reason::UnsupportedText, subject: None, detail: "No.".into() }),
            _ => Ok(Analysis { answer: Answer::Value(Value::Integer(calls)), findings: vec![] }),
        }
    }
}
