//! `POST /v1/analyze`: many documents for several services, each answered by itself.

use serde_json::{Value, json};

use crate::harness::{Gateway, Upstream, eventually, guest, shared};

/// A gateway that serves this guest too.
async fn with_guest(guest_name: &str, service: &str) -> Gateway {
    let gateway = Gateway::start();
    gateway.drop_in(&guest(guest_name), &format!("{guest_name}.wasm"));
    eventually("the guest serves", async || gateway.status_of(service).await.is_some()).await;
    gateway
}

fn result(answer: &Value, index: usize, service: &str) -> Value {
    answer["results"][index]["services"][service].clone()
}

#[tokio::test]
async fn documents_are_answered_in_their_order_by_every_service() {
    let gateway = shared();
    let documents: Vec<Value> = (0..300)
        .map(|number| json!({"id": format!("d{number}"), "text": "word ".repeat(number % 7), "language": "en"}))
        .collect();
    let request = json!({"documents": documents, "services": ["word-count", "sentiment-analysis"]});
    let answer = gateway.post("/v1/analyze", request).await.ok();
    assert_eq!(answer["offsets"], "codepoint");
    assert_eq!(answer["results"].as_array().map(Vec::len), Some(300));
    for number in 0..300 {
        assert_eq!(answer["results"][number]["id"], format!("d{number}"));
        assert_eq!(answer["results"][number]["language"], "en");
        assert_eq!(result(&answer, number, "word-count")["analysis"]["result"], number % 7);
        assert_eq!(result(&answer, number, "sentiment-analysis")["analysis"]["result"], "neutral");
    }
}

#[tokio::test]
async fn the_analysis_is_that_of_the_old_face_in_every_unit_of_offsets() {
    let gateway = shared();
    let text = "😀 Ada Lovelace met Zoe\u{301} in London.";
    for unit in ["codepoint", "utf16", "utf8", "grapheme"] {
        let old = json!({"service": "entity-recognition", "text": text, "offsets": unit});
        let old = gateway.post("/analyze", old).await.ok();
        let request = json!({"text": text, "services": ["entity-recognition"], "offsets": unit});
        let answer = gateway.post("/v1/analyze", request).await.ok();
        assert_eq!(answer["offsets"], unit);
        assert_eq!(answer["results"][0]["id"], "0");
        assert_eq!(result(&answer, 0, "entity-recognition")["analysis"], old);
    }
}

#[tokio::test]
async fn an_answer_tells_who_made_it_and_what_it_cost() {
    let gateway = shared();
    let request = json!({"text": "a b", "services": ["word-count"]});
    let answer = gateway.post("/v1/analyze", request).await;
    let named = answer.headers["x-request-id"].to_str().expect("text").to_owned();
    let answer = answer.ok();
    assert_eq!(answer["request_id"], named);
    let status = gateway.get("/v1/services/word-count").await.ok();
    let made = result(&answer, 0, "word-count");
    let settings = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let provenance = json!({"service": "word-count", "version": status["version"], "sha256": status["sha256"],
        "contract": status["contract"], "settings_sha256": settings});
    assert_eq!(made["provenance"], provenance);
    for member in ["queue_us", "run_us", "memory_bytes"] {
        assert!(made["usage"][member].is_u64(), "{made}");
    }
    assert!(made["usage"]["memory_bytes"].as_u64() > Some(65_000));
}

#[tokio::test]
async fn the_same_document_gives_the_same_bytes() {
    let gateway = shared();
    let text = "Ada Lovelace was delighted, and Charles Babbage was not. London is lovely!";
    let documents: Vec<Value> = (0..40).map(|_| json!({"text": text})).collect();
    let services = ["word-count", "sentiment-analysis", "entity-recognition"];
    let request = json!({"documents": documents, "services": services});
    let mut analyses = std::collections::HashSet::new();
    for _ in 0..3 {
        let body = gateway.post("/v1/analyze", request.clone()).await.body;
        // Not as values: as the bytes that came.
        for piece in body.split("\"analysis\":").skip(1) {
            analyses.insert(piece.split(",\"usage\":").next().expect("a piece").to_owned());
        }
    }
    assert_eq!(analyses.len(), services.len(), "{analyses:?}");
}

#[tokio::test]
async fn one_bad_document_fails_alone() {
    let gateway = with_guest("remembering", "remembering").await;
    let documents = json!([
        {"text": "a"}, {"text": "trap"}, {"text": "refuse"}, {"id": "x", "text": 5}, {"text": "a", "id": 7},
        {}, 5, {"text": "a", "language": "not a tag"}, {"text": "b", "language": "any"}
    ]);
    let answer = gateway.post("/v1/analyze", json!({"documents": documents, "services": ["remembering"]}));
    let answer = answer.await.ok();
    let code = |index: usize| {
        let result = &answer["results"][index];
        let problem = if result["problem"].is_null() {
            &result["services"]["remembering"]["problem"]
        } else {
            &result["problem"]
        };
        problem["code"].as_str().map(str::to_owned)
    };
    let codes: Vec<Option<String>> = (0..9).map(code).collect();
    let malformed = || Some("malformed_request".to_owned());
    let expected = [
        None,
        Some("analyzer_trapped".to_owned()),
        Some("unsupported_text".to_owned()),
        malformed(),
        malformed(),
        malformed(),
        malformed(),
        malformed(),
        None,
    ];
    assert_eq!(codes, expected, "{answer}");
    assert_eq!(answer["results"][3]["id"], "x");
    assert_eq!(answer["results"][4]["id"], "4");
}

#[tokio::test]
async fn instances_serve_one_request_and_no_other() {
    let gateway = with_guest("remembering", "remembering").await;
    let documents: Vec<Value> = (0..600).map(|_| json!({"text": "a"})).collect();
    let request = json!({"documents": documents, "services": ["remembering"]});
    let mut shared_an_instance = false;
    for _ in 0..3 {
        let answer = gateway.post("/v1/analyze", request.clone()).await.ok();
        let calls = |index| result(&answer, index, "remembering")["analysis"]["result"].as_u64();
        let calls: Vec<u64> = (0..600).map(|index| calls(index).expect("a number")).collect();
        // Each instance begins at one, and serves 256 documents at most.
        let instances = calls.iter().filter(|calls| **calls == 1).count();
        assert!(calls.iter().all(|calls| (1..=256).contains(calls)), "{calls:?}");
        assert!(instances >= 3, "{instances} instances");
        shared_an_instance |= calls.iter().any(|calls| *calls > 1);
    }
    assert!(shared_an_instance);
    let alone = gateway.analyze("remembering", "a").await.ok();
    assert_eq!(alone["result"], 1);
}

#[tokio::test]
async fn entities_are_those_of_the_types_and_scores_that_are_wanted() {
    let gateway = shared();
    let named = async |settings: Value| {
        let service = json!({"name": "entity-recognition", "settings": settings});
        let text = "Ada Lovelace lived in London.";
        let answer = gateway.post("/v1/analyze", json!({"text": text, "services": [service]})).await;
        let spans = result(&answer.ok(), 0, "entity-recognition")["analysis"]["result"].clone();
        spans.as_array().unwrap().iter().map(|span| span["text"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(named(json!({})).await, ["Ada Lovelace", "London"]);
    assert_eq!(named(json!({"types": ["LOCATION"]})).await, ["London"]);
    assert_eq!(named(json!({"types": ["ORGANIZATION", "PERSON"]})).await, ["Ada Lovelace"]);
    assert_eq!(named(json!({"types": []})).await, Vec::<Value>::new());
    assert_eq!(named(json!({"minimum-score": 0.5})).await, ["Ada Lovelace", "London"]);
    assert_eq!(named(json!({"minimum-score": 1.0})).await, Vec::<Value>::new());
    let service = json!({"name": "entity-recognition", "settings": {"types": ["PLANET"]}});
    let answer = gateway.post("/v1/analyze", json!({"text": "Mars", "services": [service]})).await;
    answer.is_problem(422, "invalid_setting");
}

#[tokio::test]
async fn settings_are_checked_against_the_description() {
    let gateway = with_guest("classifier", "text-form").await;
    let ask = async |settings: Value| {
        let service = json!({"name": "text-form", "settings": settings});
        gateway.post("/v1/analyze", json!({"text": "Is it so?", "services": [service]})).await
    };
    let labels = async |settings: Value| {
        let answer = ask(settings).await.ok();
        result(&answer, 0, "text-form")["analysis"]["result"].clone()
    };
    assert_eq!(labels(json!({})).await, json!(["question", "short"]));
    assert_eq!(labels(json!({"long-from": 3})).await, json!(["question", "long"]));
    let refused = [
        (json!({"long-from": 0}), "`long-from` must be 1 or more."),
        (json!({"long-from": "3"}), "`long-from` must be a whole number."),
        (json!({"long-from": 3.5}), "`long-from` must be a whole number."),
        (json!({"long-from": null}), "`long-from` must be a whole number."),
        (json!({"longer-from": 3}), "There is no setting `longer-from`; `text-form` takes `long-from`."),
    ];
    for (settings, sentence) in refused {
        let answer = ask(settings).await;
        answer.is_problem(422, "invalid_setting");
        assert_eq!(answer.json()["detail"], sentence);
    }
    let twice =
        r#"{"text": "a", "services": [{"name": "text-form", "settings": {"long-from": 1, "long-from": 2}}]}"#;
    let answer = gateway.post_bytes("/v1/analyze", "application/json", twice).await;
    answer.is_problem(422, "invalid_setting");
    assert_eq!(answer.json()["detail"], "The setting `long-from` is given twice.");
    let hash = async |settings: Value| {
        let answer = ask(settings).await.ok();
        result(&answer, 0, "text-form")["provenance"]["settings_sha256"].clone()
    };
    assert_eq!(hash(json!({})).await, hash(json!({"long-from": 20})).await);
    assert_ne!(hash(json!({})).await, hash(json!({"long-from": 21})).await);
}

#[tokio::test]
async fn a_version_must_be_in_the_range_that_is_wanted() {
    let gateway = shared();
    let ask = async |range: &str| {
        let service = json!({"name": "word-count", "version": range});
        gateway.post("/v1/analyze", json!({"text": "a", "services": [service]})).await
    };
    for fine in ["*", "^1", ">=0.1, <9"] {
        ask(fine).await.ok();
    }
    ask("^99.0").await.is_problem(422, "unsupported_version");
    ask("latest").await.is_problem(400, "malformed_request");
}

#[tokio::test]
async fn a_language_that_is_not_listed_is_refused_unless_the_caller_insists() {
    let gateway = shared();
    let german = "Das ist nicht gut, und es wird auch nicht besser werden.";
    let ask = async |document: Value| {
        let request = json!({"documents": [document], "services": ["sentiment-analysis", "word-count"]});
        gateway.post("/v1/analyze", request).await.ok()
    };
    let refused = ask(json!({"text": german})).await;
    assert_eq!(refused["results"][0]["language"], "de");
    let problem = &result(&refused, 0, "sentiment-analysis")["problem"];
    assert_eq!((&problem["code"], &problem["status"]), (&json!("unsupported_language"), &json!(422)));
    // Word count takes any.
    assert_eq!(result(&refused, 0, "word-count")["analysis"]["result"], 11);
    let refused = ask(json!({"text": "Good.", "language": "de-AT"})).await;
    assert_eq!(refused["results"][0]["language"], "de-AT");
    assert_eq!(result(&refused, 0, "sentiment-analysis")["problem"]["code"], "unsupported_language");
    for document in [json!({"text": german, "language": "any"}), json!({"text": german, "language": "en-GB"})]
    {
        let insisted = ask(document).await;
        assert!(result(&insisted, 0, "sentiment-analysis")["analysis"]["result"].is_string());
    }
    // Too little to tell: nobody is refused on a guess.
    let short = ask(json!({"text": "gut"})).await;
    assert_eq!(short["results"][0].get("language"), None);
    assert!(result(&short, 0, "sentiment-analysis")["analysis"]["result"].is_string());
    // The old face never fails for language.
    gateway.analyze("sentiment-analysis", german).await.ok();
}

#[tokio::test]
async fn a_callers_deadline_ends_what_is_left_and_parks_nothing() {
    let gateway = with_guest("hostile", "hostile").await;
    let documents = json!([{"text": "nothing"}, {"text": "loop"}, {"text": "loop 2"}, {"text": "loop 3"},
        {"text": "loop 4"}, {"text": "loop 5"}, {"text": "loop 6"}, {"text": "loop 7"}]);
    let request = json!({"documents": documents, "services": ["hostile"], "deadline_ms": 400});
    let answer = gateway.post("/v1/analyze", request).await.ok();
    for index in 1..8 {
        assert_eq!(result(&answer, index, "hostile")["problem"]["code"], "deadline_exceeded", "{answer}");
    }
    let status = gateway.status_of("hostile").await.expect("it serves");
    assert_eq!(status["state"], "serving");
}

#[tokio::test]
async fn registered_urls_answer_too() {
    let (gateway, upstream) = (Gateway::start(), Upstream::start().await);
    for (name, path) in [("odd", "/json"), ("broken", "/status/503")] {
        gateway.post("/services", json!({"name": name, "url": upstream.url(path)})).await.ok();
    }
    let request =
        json!({"documents": [{"text": "a"}, {"text": "b"}], "services": ["odd", "broken", "word-count"]});
    let answer = gateway.post("/v1/analyze", request).await;
    // As it came, number by number.
    assert!(answer.body.contains(r#""analysis":{"result":  "odd", "big": 12345678901234567890.10"#));
    let answer = answer.ok();
    for index in 0..2 {
        assert_eq!(result(&answer, index, "odd")["provenance"], json!({"service": "odd"}));
        let usage = &result(&answer, index, "odd")["usage"];
        assert!(usage["queue_us"].is_u64() && usage["run_us"].as_u64() > Some(0), "{usage}");
        assert_eq!(usage["memory_bytes"], Value::Null);
        assert_eq!(result(&answer, index, "broken")["problem"]["code"], "upstream_failed");
        assert_eq!(result(&answer, index, "word-count")["analysis"]["result"], 1);
    }
    // Also where the documents are so long that others work on them, and in a stream.
    let long: Vec<Value> = (0..40).map(|_| json!({"text": "word ".repeat(300)})).collect();
    let long = gateway.post("/v1/analyze", json!({"documents": long, "services": ["odd"]})).await.ok();
    assert_eq!(result(&long, 39, "odd")["analysis"]["result"], "odd");
    let lines = "{\"text\": \"a\"}\n".repeat(30);
    let streamed = gateway.post_bytes("/v1/analyze/stream?services=odd", "application/x-ndjson", lines).await;
    assert!(
        streamed.body.ends_with("{\"summary\":{\"documents\":30,\"succeeded\":30,\"failed\":0}}\n"),
        "{}",
        streamed.body
    );
    let with_settings = json!({"text": "a", "services": [{"name": "odd", "settings": {"x": 1}}]});
    gateway.post("/v1/analyze", with_settings).await.is_problem(422, "invalid_setting");
    let with_version = json!({"text": "a", "services": [{"name": "odd", "version": "1"}]});
    gateway.post("/v1/analyze", with_version).await.is_problem(422, "unsupported_version");
}

#[tokio::test]
async fn a_request_that_cannot_be_meant_is_refused_whole() {
    let gateway = shared();
    let malformed = [
        json!({}),
        json!([]),
        json!({"text": "a"}),
        json!({"text": "a", "services": []}),
        json!({"text": "a", "services": "word-count"}),
        json!({"text": "a", "services": [5]}),
        json!({"text": "a", "services": [{}]}),
        json!({"text": "a", "services": ["word-count", {"name": "word-count"}]}),
        json!({"text": "a", "documents": [], "services": ["word-count"]}),
        json!({"documents": [], "language": "en", "services": ["word-count"]}),
        json!({"documents": {}, "services": ["word-count"]}),
        json!({"documents": [{"id": "a", "text": ""}, {"id": "a", "text": ""}], "services": ["word-count"]}),
        json!({"documents": [{"id": "1", "text": ""}, {"text": ""}], "services": ["word-count"]}),
        json!({"text": 5, "services": ["word-count"]}),
        json!({"text": "a", "services": ["word-count"], "offsets": "byte"}),
        json!({"text": "a", "services": ["word-count"], "deadline_ms": 0}),
        json!({"text": "a", "services": ["word-count"], "deadline_ms": -1}),
        json!({"text": "a", "services": ["word-count"], "deadline_ms": "1"}),
        json!({"text": "a", "services": ["word-count"], "explain": "yes"}),
    ];
    let mut sentences = Vec::new();
    for request in malformed {
        let answer = gateway.post("/v1/analyze", request.clone()).await;
        answer.is_problem(400, "malformed_request");
        sentences.push(format!("{request}\n    {}", answer.json()["detail"].as_str().expect("a sentence")));
    }
    insta::assert_snapshot!(sentences.join("\n"));
    let unknown = json!({"text": "a", "services": ["word-count", "no-such"]});
    gateway.post("/v1/analyze", unknown).await.is_problem(404, "unknown_service");
    gateway.post_bytes("/v1/analyze", "text/plain", "{}").await.is_problem(415, "unsupported_media_type");
    gateway
        .post_bytes(
            "/v1/analyze",
            "application/json",
            "{\"text\": \"\\ud800\", \"services\": [\"word-count\"]}",
        )
        .await
        .is_problem(400, "malformed_request");
    gateway
        .post_bytes("/v1/analyze", "application/json", vec![b' '; (32 << 20) + 1])
        .await
        .is_problem(413, "text_too_large");
    let many = json!({"documents": vec![1; 10_001], "services": ["word-count"]});
    gateway.post("/v1/analyze", many).await.is_problem(400, "malformed_request");
    let none = gateway.post("/v1/analyze", json!({"documents": [], "services": ["word-count"]})).await.ok();
    assert_eq!(none["results"], json!([]));
}

#[tokio::test]
async fn an_explanation_comes_where_it_is_asked_for() {
    let gateway = shared();
    let explained = async |explain: bool| {
        let request =
            json!({"text": "What a lovely day!", "services": ["sentiment-analysis"], "explain": explain});
        let answer = gateway.post("/v1/analyze", request).await.ok();
        result(&answer, 0, "sentiment-analysis")["analysis"]["explanation"].clone()
    };
    assert_eq!(explained(false).await, Value::Null);
    assert_eq!(explained(true).await[0]["text"], "lovely");
}
