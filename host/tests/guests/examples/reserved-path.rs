//! Wrong: wants a path that the gateway keeps for itself.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct ReservedPath;

guests::export!(ReservedPath with_types_in guests);

impl Guest for ReservedPath {
    fn describe() -> Description {
        Description {
            path: Some("/services/mine".into()),
            ..description("reserved-path", "Wants too much.", "a")
        }
    }

    fn analyze(_: Document, _: Options) -> Result<Analysis, Refusal> {
        Ok(Analysis { answer: Answer::Value(Value::Boolean(true)), findings: vec![] })
    }
}
