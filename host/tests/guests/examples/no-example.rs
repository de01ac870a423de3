//! Wrong: describes no example.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct NoExample;

guests::export!(NoExample with_types_in guests);

impl Guest for NoExample {
    fn describe() -> Description {
        Description { examples: vec![], ..description("no-example", "Has no example.", "") }
    }

    fn analyze(_: Document, _: Options) -> Result<Analysis, Refusal> {
        Ok(Analysis { answer: Answer::Value(Value::Boolean(true)), findings: vec![] })
    }
}
