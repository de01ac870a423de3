//! The golden cases of the standard analyzers, through the gateway. Their own tests run them natively.

use std::fs;

use entity_recognition::entities::entities;
use sentiment_analysis::document;
use sentiment_analysis::model::{Sentiment, to_four_decimals};
use serde_json::{Value, json};

use crate::harness::{repository, shared};

async fn cases_hold(service: &str) {
    let file = repository().join("plugins").join(service).join("tests/cases.toml");
    for case in golden::read(&file).expect("cases") {
        let answer = shared().analyze(service, &case.text).await.ok();
        case.check(&answer).unwrap();
    }
}

#[tokio::test]
async fn cases_of_word_count_hold() {
    cases_hold("word-count").await;
}

#[tokio::test]
async fn cases_of_sentiment_analysis_hold() {
    cases_hold("sentiment-analysis").await;
}

#[tokio::test]
async fn cases_of_entity_recognition_hold() {
    cases_hold("entity-recognition").await;
}

/// The sentences of an analyzer's own test, a line each, without the marks of their names.
fn sentences(analyzer: &str) -> String {
    let file = repository().join("plugins").join(analyzer).join("tests/sentences.tsv");
    let lines = fs::read_to_string(file).expect("sentences");
    let texts =
        lines.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit('\t').next());
    texts.collect::<Vec<_>>().join("\n").replace(['[', ']'], "")
}

/// Natively and in the component the same to the last bit: JSON writes every number so that it is read back whole.
#[tokio::test]
async fn entities_are_the_same_natively() {
    let text = sentences("entity-recognition");
    let answer = shared().analyze("entity-recognition", &text).await.ok();
    let found: Vec<Value> = entities(&text)
        .iter()
        .map(|entity| {
            let [start, end] = [entity.range.start, entity.range.end].map(|at| text[..at].chars().count());
            let name = &text[entity.range.clone()];
            json!({"start": start, "end": end, "text": name, "label": entity.kind.label(), "score": entity.score})
        })
        .collect();
    assert!(found.len() > 200);
    assert_eq!(answer["result"], Value::from(found));
}

#[tokio::test]
async fn sentiment_is_the_same_natively() {
    let text = sentences("sentiment-analysis");
    let answer = shared().analyze("sentiment-analysis", &text).await.ok();
    let document = document::analyze(&text, false);
    for sentiment in Sentiment::ALL {
        let probability = to_four_decimals(document.distribution.of(sentiment));
        assert_eq!(answer["labels"][sentiment.label()], json!(probability));
    }
    let spans = answer["spans"].as_array().expect("sentences");
    assert!(spans.len() > 150);
    assert_eq!(spans.len(), document.sentences.len());
    for (span, sentence) in spans.iter().zip(document.sentences) {
        assert_eq!(span["label"], sentence.sentiment.label());
        assert_eq!(span["score"], json!(to_four_decimals(sentence.probability)));
    }
}
