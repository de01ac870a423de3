//! Version 2.0.0 of a service that says which version it is.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct SwapTwo;

guests::export!(SwapTwo with_types_in guests);

impl Guest for SwapTwo {
    fn describe() -> Description {
        Description {
            version: "2.0.0".into(),
            path: Some("/two".into()),
            ..description("swap", "Says which version answers.", "a")
        }
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        Ok(Analysis {
            answer: Answer::Value(Value::Text("two".into())),
            // Says it a second time, so that an answer made of two versions would show.
            findings: vec![Finding::Data(vec![
                Member { name: "version".into(), value: Value::Text("2.0.0".into()) },
                Member { name: "text".into(), value: Value::Text(document.text) },
            ])],
        })
    }
}
