//! A redactor: a text without its numbers, and where they were in both texts.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct Redactor;

guests::export!(Redactor with_types_in guests);

impl Guest for Redactor {
    fn describe() -> Description {
        Description {
            labels: vec![label("NUMBER", None), label("became", None)],
            settings: vec![Setting {
                name: "mask".into(),
                summary: "What stands in the place of a number.".into(),
                kind: Kind::Text,
                default: Some(Value::Text("[NUMBER]".into())),
                minimum: None,
                maximum: None,
                choices: vec!["[NUMBER]".into(), "###".into()],
            }],
            ..description("number-redactor", "Takes the numbers out of a text.", "Call 555 1234")
        }
    }

    fn analyze(document: Document, options: Options) -> Result<Analysis, Refusal> {
        let Some(Member { value: Value::Text(mask), .. }) = options.settings.first() else {
            return Err(Refusal { reason: Reason::Failed, subject: None, detail: "no mask".into() });
        };
        let is_number =
            |range: &std::ops::Range<usize>| document.text[range.clone()].bytes().all(|b| b.is_ascii_digit());
        let (mut found, mut masks, mut redacted, mut end) = (vec![], vec![], String::new(), 0);
        for range in words(&document.text).into_iter().filter(is_number) {
            redacted.push_str(&document.text[end..range.start]);
            masks.push(span(redacted.len()..redacted.len() + mask.len(), Some("NUMBER")));
            redacted.push_str(mask);
            end = range.end;
            found.push(span(range, Some("NUMBER")));
        }
        redacted.push_str(&document.text[end..]);
        let became = (0..found.len() as u32).map(|index| Relation {
            label: "became".into(),
            source: index,
            target: index,
            target_layer: Some("masks".into()),
            score: None,
            attributes: vec![],
        });
        let became = became.collect();
        log::write(log::Level::Debug, &format!("{} numbers", found.len()));
        Ok(Analysis {
            answer: Answer::Passage(Passage {
                name: "redacted".into(),
                text: redacted,
                language: None,
                attributes: vec![],
            }),
            findings: vec![
                Finding::Layer(Layer { relations: became, ..layer("numbers", found) }),
                Finding::Layer(Layer { over: Some("redacted".into()), ..layer("masks", masks) }),
                Finding::Data(vec![Member { name: "mask".into(), value: Value::Text(mask.clone()) }]),
            ],
        })
    }
}
