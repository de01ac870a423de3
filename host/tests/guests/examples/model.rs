//! A model of eight megabytes, of which a call touches a hundred places.

#![cfg(target_arch = "wasm32")]
#![allow(long_running_const_eval, reason = "the model is made by the compiler")]

use guests::*;

static WEIGHTS: [u64; 1 << 20] = weights();

struct Model;

guests::export!(Model with_types_in guests);

impl Guest for Model {
    fn describe() -> Description {
        description("model", "Looks at a large model.", "one two three")
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        answer(look_up(&WEIGHTS, &document.text))
    }
}
