//! The HTTP face that existing clients know, row by row, over real sockets.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Gateway, Upstream, eventually, free_ports, guest, shared};

const POST: Method = Method::POST;

#[tokio::test]
async fn services_are_listed_in_the_order_of_their_ports() {
    let first = free_ports().to_string();
    let gateway = Gateway::start_with(&["--service-ports", &first]);
    gateway.drop_in(&guest("counter"), "a-counter.wasm");
    eventually("it has a port", async || gateway.port_of("vowel-counter").await.is_some()).await;
    gateway.post("/services", json!({"name": "a-url", "url": "http://localhost:1"})).await.ok();
    let names = ["sentiment-analysis", "word-count", "entity-recognition", "vowel-counter", "a-url"];
    assert_eq!(gateway.service_names().await, names);
}

#[tokio::test]
async fn the_gateway_calls_a_service_by_name() {
    let answer = shared().analyze("word-count", "Gloss counts every word it reads.").await.ok();
    assert_eq!(answer["result"], 6);
    assert_eq!(answer["measures"]["characters"], 33);
}

#[tokio::test]
async fn existing_clients_send_members_of_their_own() {
    let body = json!({"service_name": "x", "service": "word-count", "text": "one two", "more": [{}]});
    assert_eq!(shared().post("/analyze", body).await.ok()["result"], 2);
}

#[tokio::test]
async fn an_unknown_service_is_404() {
    let answer = shared().analyze("no-such-service", "text").await;
    answer.is_problem(404, "unknown_service");
    assert!(answer.json()["error"].as_str().is_some_and(|error| error.contains("no-such-service")));
}

#[tokio::test]
async fn sentiment_answers_on_its_port() {
    let gateway = shared();
    let body = json!({"text": "The weather is great. I love this city!"});
    let port = gateway.announced("sentiment-analysis");
    let answer = gateway.send_to(port, POST, "/analyze", Some(body)).await.ok();
    assert_eq!(answer["result"], "positive");
    let labels = answer["labels"].as_object().expect("labels");
    assert_eq!(labels.keys().collect::<Vec<_>>(), ["negative", "neutral", "positive"]);
    let sum: f64 = labels.values().filter_map(Value::as_f64).sum();
    assert!((sum - 1.0).abs() < 0.001, "{labels:?}");
    assert_eq!(answer["spans"][0]["text"], "The weather is great.");
}

#[tokio::test]
async fn word_count_answers_on_its_port() {
    let gateway = shared();
    let port = gateway.announced("word-count");
    let answer = gateway.send_to(port, POST, "/count", Some(json!({"text": "a b  c"}))).await.ok();
    assert_eq!(answer["result"], 3);
}

#[tokio::test]
async fn entities_answer_on_their_port() {
    let gateway = shared();
    let body = json!({"text": "Ada Lovelace worked in London."});
    let port = gateway.announced("entity-recognition");
    let answer = gateway.send_to(port, POST, "/recognize", Some(body)).await.ok();
    let result = answer["result"].as_array().expect("a list");
    assert_eq!((&result[0]["text"], &result[0]["label"]), (&json!("Ada Lovelace"), &json!("PERSON")));
    assert_eq!((&result[0]["start"], &result[0]["end"]), (&json!(0), &json!(12)));
    assert_eq!(result[1]["label"], "LOCATION");
    assert_eq!(answer.as_object().expect("an object").len(), 1, "the spans are not repeated: {answer}");
}

#[tokio::test]
async fn a_service_answers_the_same_on_every_way() {
    let gateway = shared();
    let text = "Ada Lovelace loved London. It was not boring!";
    for (service, path) in
        [("sentiment-analysis", "/analyze"), ("word-count", "/count"), ("entity-recognition", "/recognize")]
    {
        let body = Some(json!({"text": text}));
        let port = gateway.announced(service);
        let direct = gateway.send_to(port, POST, path, body.clone()).await;
        let named = gateway.send(POST, &format!("/services/{service}"), body).await;
        assert_eq!(direct.body, gateway.analyze(service, text).await.body);
        assert_eq!(direct.body, named.body);
    }
}

#[tokio::test]
async fn a_url_is_registered_called_and_removed() {
    let gateway = Gateway::start();
    let upstream = Upstream::start().await;
    // What the exercise's clients do, though nothing answers there.
    let body = json!({"name": "new-service", "url": "http://localhost:8000/new-service"});
    for _ in 0..2 {
        assert!(gateway.post("/services", body.clone()).await.ok()["message"].is_string());
    }
    let replaced = json!({"name": "new-service", "url": upstream.url("/json"), "owner": "me"});
    gateway.post("/services", replaced).await.ok();
    assert_eq!(gateway.service_names().await.last().map(String::as_str), Some("new-service"));

    let answer = gateway.analyze("new-service", "a \"text\"").await;
    answer.ok();
    assert_eq!(
        answer.body,
        r#"{"result":  "odd", "big": 12345678901234567890.10, "nested": {"a": [1, null]}}"#
    );
    assert_eq!(upstream.received(), [r#"{"text":"a \"text\""}"#]);

    let removed = gateway.send(Method::DELETE, "/services/new-service", None).await;
    assert!(removed.ok()["message"].is_string());
    gateway.send(Method::DELETE, "/services/new-service", None).await.is_problem(404, "unknown_service");
    gateway.analyze("new-service", "text").await.is_problem(404, "unknown_service");
}

#[tokio::test]
async fn a_registration_needs_a_name_and_a_url() {
    let gateway = shared();
    for (body, named) in [
        (json!({"url": "http://localhost:1"}), "name"),
        (json!({"name": "x"}), "url"),
        (json!({"name": 1, "url": "http://localhost:1"}), "name"),
        (json!({"name": "", "url": "http://localhost:1"}), "name"),
        (json!({"name": "a/b", "url": "http://localhost:1"}), "name"),
        (json!({"name": "x", "url": "ftp://localhost"}), "url"),
        (json!({"name": "x", "url": "not a url"}), "url"),
    ] {
        let answer = gateway.post("/services", body.clone()).await;
        answer.is_problem(400, "malformed_request");
        let error = answer.json()["error"].as_str().expect("a sentence").to_owned();
        assert!(error.contains(&format!("`{named}`")), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_url_may_have_a_name_that_no_plugin_could_have() {
    let (gateway, upstream) = (Gateway::start(), Upstream::start().await);
    let body = json!({"name": "My service_2", "url": upstream.url("/json")});
    gateway.post("/services", body).await.ok();
    assert_eq!(gateway.analyze("My service_2", "text").await.ok()["result"], "odd");
    assert_eq!(gateway.post("/services/My%20service_2", json!({"text": "a"})).await.ok()["result"], "odd");
    gateway.send(Method::DELETE, "/services/My%20service_2", None).await.ok();
}

#[tokio::test]
async fn a_registration_has_its_own_limit() {
    let url = format!("http://localhost/{}", "a".repeat(20_000));
    let answer = shared().post("/services", json!({"name": "x", "url": url})).await;
    answer.is_problem(413, "text_too_large");
    assert!(answer.json()["error"].as_str().is_some_and(|error| error.contains("16384")));
}

#[tokio::test]
async fn a_plugins_name_is_taken() {
    let gateway = shared();
    let body = json!({"name": "word-count", "url": "http://localhost:1"});
    gateway.post("/services", body).await.is_problem(409, "name_taken");
    gateway.send(Method::DELETE, "/services/word-count", None).await.is_problem(409, "name_taken");
    assert_eq!(gateway.analyze("word-count", "still here").await.ok()["result"], 2);
}

#[tokio::test]
async fn one_listener_serves_all_if_wanted() {
    let gateway = Gateway::start_with(&["--service-ports", "off"]);
    let answer = gateway.post("/services/word-count", json!({"text": "one two three"})).await;
    assert_eq!(answer.ok()["result"], 3);
    assert_eq!(gateway.port_of("word-count").await, None);
    assert_eq!(gateway.service_names().await, ["sentiment-analysis", "word-count", "entity-recognition"]);
}

#[tokio::test]
async fn health_and_readiness_are_told() {
    let gateway = shared();
    assert_eq!(gateway.get("/healthz").await.ok()["status"], "live");
    assert_eq!(gateway.get("/readyz").await.ok()["status"], "ready");
}

#[tokio::test]
async fn a_service_tells_its_status() {
    let gateway = shared();
    let status = gateway.get("/v1/services/word-count").await.ok();
    assert_eq!((&status["name"], &status["state"]), (&json!("word-count"), &json!("serving")));
    assert_eq!((&status["source"], &status["path"]), (&json!("embedded"), &json!("/count")));
    assert_eq!(status["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(status["port"], gateway.announced("word-count").port());
    gateway.get("/v1/services/nobody").await.is_problem(404, "unknown_service");
}
