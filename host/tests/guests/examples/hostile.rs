//! A guest whose text chooses its misdeed.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct Hostile;

guests::export!(Hostile with_types_in guests);

impl Guest for Hostile {
    fn describe() -> Description {
        Description {
            labels: vec![label("A", None)],
            ..description("hostile", "Does what the text says.", "behave")
        }
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        let text = document.text.as_str();
        let (misdeed, detail) = text.split_once(' ').unwrap_or((text, ""));
        match misdeed {
            "loop" => loop {
                std::hint::black_box(0);
            },
            "sleep" => std::thread::sleep(std::time::Duration::from_secs(3600)),
            "grow" => grow(),
            "recurse" => drop(std::hint::black_box(recurse(std::hint::black_box(1)))),
            "trap" => core::arch::wasm32::unreachable(),
            "panic" => panic!("{detail}"),
            "exit" => std::process::exit(detail.parse().unwrap_or(1)),
            "resolve" => drop(std::net::ToSocketAddrs::to_socket_addrs(&(detail, 80))),
            "log" => (0..10_000).for_each(|_| log::write(log::Level::Info, detail)),
            "stderr" => (0..10_000).for_each(|_| eprintln!("{detail}")),
            _ => {}
        }
        answer(misdeed, detail)
    }
}

fn answer(misdeed: &str, detail: &str) -> Result<Analysis, Refusal> {
    let refuse = |reason| Err(Refusal { reason, subject: None, detail: detail.into() });
    let spans = match misdeed {
        "language" => return refuse(Reason::UnsupportedLanguage),
        "text" => return refuse(Reason::UnsupportedText),
        "setting" => return refuse(Reason::InvalidSetting),
        "fail" => return refuse(Reason::Failed),
        "output" => return value(Value::Text("x".repeat(64 << 20))),
        "spans" => (0..500_000).map(|_| span(0..1, Some("A"))).collect(),
        "amplify" => (0..1_000).map(|_| span(0..detail.len(), Some("A"))).collect(),
        "outside" => vec![span(0..10_000, None)],
        "reversed" => vec![Span { range: Range { start: 3, end: 1 }, ..span(0..1, None) }],
        // The misdeed is followed by a letter of two bytes.
        "inside" => vec![span(0..8, None)],
        "unsorted" => vec![span(2..3, None), span(0..1, None)],
        "shorter-first" => vec![span(0..1, None), span(0..2, None)],
        "label" => vec![span(0..1, Some("B"))],
        "nan" => vec![Span { score: Some(f64::NAN), ..span(0..1, None) }],
        "score" => vec![Span { score: Some(1.5), ..span(0..1, None) }],
        "infinite" => return value(Value::Number(f64::INFINITY)),
        "nothing" => return Ok(Analysis { answer: Answer::Nothing, findings: vec![] }),
        "explain" => {
            let evidence = Evidence { range: range_of(0..9_999), label: None, weight: 1.0 };
            let findings = vec![Finding::Explanation(vec![evidence])];
            return Ok(Analysis { answer: Answer::Nothing, findings });
        }
        "json" => return value(Value::Json("{".into())),
        "relation" => {
            let relation = Relation {
                label: "A".into(),
                source: 0,
                target: 1,
                target_layer: None,
                score: None,
                attributes: vec![],
            };
            let links = Layer { relations: vec![relation], ..layer("spans", vec![span(0..1, None)]) };
            return Ok(Analysis { answer: Answer::Layer(links), findings: vec![] });
        }
        "environment" => return value(Value::Texts(environment())),
        "parts" => {
            let part = |start, end| Range { start, end };
            vec![Span { parts: vec![part(0, 1), part(2, 3), part(4, 5)], ..span(0..5, Some("A")) }]
        }
        _ => return value(Value::Boolean(true)),
    };
    Ok(Analysis { answer: Answer::Layer(layer("spans", spans)), findings: vec![] })
}

fn range_of(range: std::ops::Range<u32>) -> Range {
    Range { start: range.start, end: range.end }
}

fn value(value: Value) -> Result<Analysis, Refusal> {
    Ok(Analysis { answer: Answer::Value(value), findings: vec![] })
}

fn grow() {
    let mut kept = Vec::new();
    loop {
        kept.push(std::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

#[expect(unconditional_recursion, reason = "that is the misdeed")]
fn recurse(depth: u64) -> u64 {
    let here = std::hint::black_box([depth; 64]);
    recurse(depth + 1) + here[(depth % 64) as usize]
}

/// Everything of the outside that a guest could hope to see.
fn environment() -> Vec<String> {
    let variables = std::env::vars().map(|(name, _)| format!("variable {name}"));
    let arguments = std::env::args().map(|argument| format!("argument {argument}"));
    let files = ["/", ".", "/etc/passwd"].into_iter().filter(|path| std::fs::metadata(path).is_ok());
    let files = files.map(|path| format!("file {path}"));
    let network = std::net::TcpStream::connect("127.0.0.1:8000").map(|_| "network".to_owned());
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_nanos());
    let clock = (since_1970 != 0).then(|| "clock".to_owned());
    variables.chain(arguments).chain(files).chain(network).chain(clock).collect()
}
