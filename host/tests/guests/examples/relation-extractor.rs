//! A relation extractor: spans, and links between them.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct RelationExtractor;

guests::export!(RelationExtractor with_types_in guests);

impl Guest for RelationExtractor {
    fn describe() -> Description {
        Description {
            labels: ["THING", "likes"].map(|name| label(name, None)).into(),
            ..description("who-likes-what", "Finds who likes what.", "Ada likes tea")
        }
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        let words = words(&document.text);
        let mut things = layer("things", vec![]);
        for around in words.windows(3).filter(|around| &document.text[around[1].clone()] == "likes") {
            let source = things.spans.len() as u32;
            things
                .spans
                .extend([span(around[0].clone(), Some("THING")), span(around[2].clone(), Some("THING"))]);
            things.relations.push(Relation {
                label: "likes".into(),
                source,
                target: source + 1,
                target_layer: None,
                score: Some(0.5),
                attributes: vec![],
            });
        }
        Ok(Analysis { answer: Answer::Layer(things), findings: vec![] })
    }
}
