//! Offsets in every unit cut exactly the text they carry, for any text.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

use crate::harness::{Gateway, eventually, guest};

/// Texts with names and sentences in them, and everything that makes offsets hard around those.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[A-Z][a-z]{2,8} ",
        3 => "[a-z]{1,9}[ .,]",
        1 => Just("Ada Lovelace".to_owned()),
        1 => Just("e\u{301}".to_owned()),
        1 => Just("\u{301}".to_owned()),
        1 => Just("👩‍👩‍👧".to_owned()),
        1 => Just("😀".to_owned()),
        1 => Just("🇩🇪 ".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("שלום ".to_owned()),
        1 => Just("👍🏽. ".to_owned()),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// Cuts a text by offsets in a unit, in the plainest way there is.
fn cut(text: &str, unit: &str, start: usize, end: usize) -> String {
    match unit {
        "codepoint" => text.chars().skip(start).take(end - start).collect(),
        "utf16" => {
            let units: Vec<u16> = text.encode_utf16().collect();
            String::from_utf16(&units[start..end]).expect("no pair is split")
        }
        "utf8" => text[start..end].to_owned(),
        "grapheme" => text.graphemes(true).skip(start).take(end - start).collect(),
        _ => unreachable!("there are four units"),
    }
}

/// Checks every span of an answer and returns the texts in the order of the spans.
fn check(answer: &Value, text: &str, unit: &str) -> Vec<String> {
    let result = answer["result"].as_array().into_iter().flatten();
    let layers = answer["layers"].as_object().into_iter().flatten();
    let layered = layers.flat_map(|(_, layer)| layer["spans"].as_array().into_iter().flatten());
    let spans = result.chain(answer["spans"].as_array().into_iter().flatten()).chain(layered);
    let checked = spans.map(|span| {
        let offset = |name: &str| span[name].as_u64().expect("an offset") as usize;
        let carried = span["text"].as_str().expect("a text");
        assert_eq!(cut(text, unit, offset("start"), offset("end")), carried, "{unit} {span} of {text:?}");
        carried.to_owned()
    });
    checked.collect()
}

async fn check_all(gateway: &Gateway, text: &str) {
    for service in ["sentiment-analysis", "entity-recognition", "word-tagger"] {
        let mut exact: Option<Vec<String>> = None;
        for unit in ["codepoint", "utf16", "utf8", "grapheme"] {
            let body = json!({"service": service, "text": text, "offsets": unit});
            let answer = gateway.post("/analyze", body).await.ok();
            let texts = check(&answer, text, unit);
            match (&exact, unit) {
                (None, _) => exact = Some(texts),
                // Graphemes may be widened, by less than a cluster at each end.
                (Some(exact), "grapheme") => {
                    assert!(texts.len() == exact.len());
                    assert!(
                        texts.iter().zip(exact).all(|(wide, exact)| wide.contains(exact.as_str())),
                        "{text:?}"
                    );
                }
                (Some(exact), _) => assert_eq!(&texts, exact),
            }
        }
    }
}

#[test]
fn offsets_cut_the_text_they_carry() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let gateway = Gateway::start();
    gateway.drop_in(&guest("tagger"), "tagger.wasm");
    runtime
        .block_on(eventually("the tagger serves", async || gateway.status_of("word-tagger").await.is_some()));
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&text(), |text| {
        runtime.block_on(check_all(&gateway, &text));
        Ok(())
    });
    checked.unwrap_or_else(|failure| panic!("{failure}"));
}

#[tokio::test]
async fn a_name_behind_an_emoji_is_found_in_every_unit() {
    let gateway = crate::harness::shared();
    let text = "👩‍👩‍👧 Ada Lovelace";
    for (unit, start, end) in [("codepoint", 6, 18), ("utf16", 9, 21), ("utf8", 19, 31), ("grapheme", 2, 14)]
    {
        let body = json!({"service": "entity-recognition", "text": text, "offsets": unit});
        let span = gateway.post("/analyze", body).await.ok()["result"][0].clone();
        assert_eq!((span["start"].as_u64(), span["end"].as_u64()), (Some(start), Some(end)), "{unit}");
        assert_eq!(span["text"], "Ada Lovelace");
    }
}
