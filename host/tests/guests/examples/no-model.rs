//! The same as `model`, with all hundred places on one page.

#![cfg(target_arch = "wasm32")]
#![allow(long_running_const_eval, reason = "the model is made by the compiler")]

use guests::*;

static WEIGHTS: [u64; 512] = weights();

struct NoModel;

guests::export!(NoModel with_types_in guests);

impl Guest for NoModel {
    fn describe() -> Description {
        description("no-model", "Looks at a small model.", "one two three")
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        answer(look_up(&WEIGHTS, &document.text))
    }
}
