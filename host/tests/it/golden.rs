//! The golden cases of the standard analyzers, through the gateway. Their own tests run them natively.

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
