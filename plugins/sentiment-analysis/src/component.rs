//! The component skin: from a document's sentiment to the contract's types.

mod bindings {
    #![expect(unsafe_code, reason = "the generated glue hands memory over between guest and host")]
    wit_bindgen::generate!({ path: "../../wit", world: "plugin" });
    use super::SentimentAnalysis;
    export!(SentimentAnalysis);
}

use bindings::exports::gloss::analyzer::analyzer::*;

use crate::document::{self, Sentence};
use crate::model::{Distribution, Sentiment, Word, to_four_decimals};

struct SentimentAnalysis;

const SENTIMENTS: [(Sentiment, &str); 3] = [
    (Sentiment::Positive, "The text speaks well of its matter."),
    (Sentiment::Neutral, "Neither, or as much the one as the other."),
    (Sentiment::Negative, "The text speaks ill of its matter."),
];

impl Guest for SentimentAnalysis {
    fn describe() -> Description {
        let label = |(sentiment, summary): (Sentiment, &str)| Label {
            name: sentiment.label().into(),
            summary: summary.into(),
            group: None,
        };
        let output = |name: &str, kind, summary: &str, unit: Option<&str>| Output {
            name: name.into(),
            kind,
            summary: summary.into(),
            unit: unit.map(Into::into),
            dimensions: None,
        };
        let example = |text: &str| Example { text: text.into(), language: None, settings: vec![] };
        Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: env!("CARGO_PKG_DESCRIPTION").into(),
            path: None,
            languages: vec!["en".into()],
            labels: SENTIMENTS.map(label).into(),
            open_labels: false,
            settings: vec![],
            outputs: vec![
                output("sentences", OutputKind::Layer, "The sentences, each with its own label.", None),
                output("sentences", OutputKind::Measure, "How many sentences there are.", Some("sentences")),
            ],
            examples: vec![
                example("The weather is great. I love this city!"),
                example("The soup was cold, and nobody apologized."),
                example("The train leaves at nine."),
            ],
            metadata: vec![],
        }
    }

    fn analyze(document: Document, options: Options) -> Result<Analysis, Refusal> {
        let found = document::analyze(&document.text, options.explain);
        let count = i64::try_from(found.sentences.len()).unwrap_or(i64::MAX);
        let mut findings = vec![
            Finding::Labels(labels(&found.distribution)),
            Finding::Measures(vec![Measure { name: "sentences".into(), quantity: Quantity::Integer(count) }]),
            Finding::Layer(layer(found.sentences)),
        ];
        if options.explain {
            findings.push(Finding::Explanation(found.words.into_iter().map(evidence).collect()));
        }
        Ok(Analysis { answer: Answer::Label(found.distribution.likeliest().label().into()), findings })
    }
}

fn labels(distribution: &Distribution) -> Vec<ScoredLabel> {
    let scored = |(sentiment, _): (Sentiment, &str)| ScoredLabel {
        name: sentiment.label().into(),
        score: Some(to_four_decimals(distribution.of(sentiment))),
    };
    SENTIMENTS.map(scored).into()
}

fn layer(sentences: Vec<Sentence>) -> Layer {
    let span = |sentence: Sentence| Span {
        range: range(sentence.range),
        parts: vec![],
        label: Some(sentence.sentiment.label().into()),
        score: Some(to_four_decimals(sentence.probability)),
        attributes: vec![],
    };
    Layer {
        name: "sentences".into(),
        over: None,
        spans: sentences.into_iter().map(span).collect(),
        relations: vec![],
    }
}

fn evidence(word: Word) -> Evidence {
    let sentiment = if word.weight > 0.0 { Sentiment::Positive } else { Sentiment::Negative };
    Evidence { range: range(word.range), label: Some(sentiment.label().into()), weight: word.weight.abs() }
}

/// The text came through a 32-bit memory, so its offsets fit.
fn range(range: std::ops::Range<usize>) -> Range {
    let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Range { start: offset(range.start), end: offset(range.end) }
}
