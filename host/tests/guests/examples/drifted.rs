//! Wrong: built against a contract of the same version that is another one.

#![cfg(target_arch = "wasm32")]
#![expect(unsafe_code, reason = "the generated glue hands memory over between guest and host")]

wit_bindgen::generate!({
    inline: r#"
        package gloss:analyzer@1.0.0;

        interface analyzer {
            record description { name: string, version: string }
            describe: func() -> description;
            analyze: func(text: string) -> result<u32, string>;
        }

        world plugin { export analyzer; }
    "#,
});

use exports::gloss::analyzer::analyzer::{Description, Guest};

struct Drifted;

export!(Drifted);

impl Guest for Drifted {
    fn describe() -> Description {
        Description { name: "drifted".into(), version: "1.0.0".into() }
    }

    fn analyze(text: String) -> Result<u32, String> {
        u32::try_from(text.len()).map_err(|error| error.to_string())
    }
}
