//! Wrong: never finishes telling what it is.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct Endless;

guests::export!(Endless with_types_in guests);

impl Guest for Endless {
    fn describe() -> Description {
        loop {
            std::hint::black_box(0);
        }
    }

    fn analyze(_: Document, _: Options) -> Result<Analysis, Refusal> {
        Ok(Analysis { answer: Answer::Nothing, findings: vec![] })
    }
}
