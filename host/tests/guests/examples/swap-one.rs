//! Version 1.0.0 of a service that says which version it is.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct SwapOne;

guests::export!(SwapOne with_types_in guests);

impl Guest for SwapOne {
    fn describe() -> Description {
        Description {
            version: "1.0.0".into(),
            path: Some("/one".into()),
            ..description("swap", "Says which version answers.", "a")
        }
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        Ok(Analysis {
            answer: Answer::Value(Value::Text("one".into())),
            // Says it a second time, so that an answer made of two versions would show.
            findings: vec![Finding::Data(vec![
                Member { name: "version".into(), value: Value::Text("1.0.0".into()) },
                Member { name: "text".into(), value: Value::Text(document.text) },
            ])],
        })
    }
}
