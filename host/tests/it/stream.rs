//! `POST /v1/analyze/stream`: documents in, results out, a line each.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use reqwest::Body;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::harness::{Answer, Gateway, eventually, guest, shared};

const NDJSON: &str = "application/x-ndjson";

/// The results of a stream in the order of its lines, and the summary.
fn results(answer: &Answer) -> (Vec<Value>, Value) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.headers["content-type"], NDJSON);
    assert!(answer.body.ends_with('\n'));
    let mut lines: Vec<Value> =
        answer.body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let summary = lines.pop().expect("a summary")["summary"].take();
    lines.sort_by_key(|line| line["seq"].as_u64());
    (lines, summary)
}

async fn stream(gateway: &Gateway, query: &str, body: impl Into<Body>) -> Answer {
    gateway.post_bytes(&format!("/v1/analyze/stream?{query}"), NDJSON, body).await
}

type Send = mpsc::UnboundedSender<Result<String, std::io::Error>>;

/// A stream to a service that is sent what the sender is given.
async fn conversation(
    gateway: &Gateway,
    service: &str,
) -> (Send, impl Stream<Item = reqwest::Result<Bytes>> + Unpin + use<>) {
    let (send, receive) = mpsc::unbounded_channel();
    let body = futures_util::stream::unfold(receive, async |mut receive| {
        let line: Result<String, std::io::Error> = receive.recv().await?;
        Some((line, receive))
    });
    let url = format!("http://{}/v1/analyze/stream?services={service}", gateway.address());
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.post(url).header("content-type", NDJSON).body(Body::wrap_stream(Box::pin(body)));
    (send, request.send().await.expect("an answer").bytes_stream())
}

#[tokio::test]
async fn every_line_gets_a_line() {
    let gateway = shared();
    let body: String =
        (0..2000).map(|number| json!({"text": "a ".repeat(number % 5)}).to_string() + "\n").collect();
    let answer = stream(&gateway, "services=word-count,sentiment-analysis", body).await;
    let (results, summary) = results(&answer);
    assert_eq!(summary, json!({"documents": 2000, "succeeded": 2000, "failed": 0}));
    for (number, result) in results.iter().enumerate() {
        assert_eq!((&result["seq"], &result["id"]), (&json!(number), &json!(number.to_string())));
        assert_eq!(result["services"]["word-count"]["analysis"]["result"], number % 5);
        assert!(result["services"]["sentiment-analysis"]["provenance"].is_object());
    }
}

#[tokio::test]
async fn a_broken_line_is_an_error_line_and_the_stream_goes_on() {
    let gateway = shared();
    let mut body =
        b"{\"id\": \"one\", \"text\": \"a\"}\r\n\n  \n{broken\n\"text\"\n{\"id\": \"no-text\"}\n".to_vec();
    body.extend_from_slice(b"{\"text\": \"\xff\"}\n");
    body.extend_from_slice(&[b'x'; 7 << 20]);
    body.extend_from_slice(b"\n{\"id\": \"last\", \"text\": \"a b\"}");
    let answer = stream(&gateway, "services=word-count", body).await;
    let (results, summary) = results(&answer);
    let told: Vec<(&str, &str)> = results
        .iter()
        .map(|result| {
            (result["id"].as_str().expect("an id"), result["problem"]["code"].as_str().unwrap_or("fine"))
        })
        .collect();
    let malformed = "malformed_request";
    let expected = [
        ("one", "fine"),
        ("1", malformed),
        ("2", malformed),
        ("no-text", malformed),
        ("4", malformed),
        ("5", "text_too_large"),
        ("last", "fine"),
    ];
    assert_eq!(told, expected);
    assert_eq!(summary, json!({"documents": 7, "succeeded": 2, "failed": 5}));
}

#[tokio::test]
async fn results_come_while_documents_are_still_to_come() {
    let gateway = shared();
    let (send, mut answer) = conversation(&gateway, "word-count").await;
    for number in 0..3 {
        send.send(Ok(format!("{}\n", json!({"text": "a ".repeat(number)})))).expect("it listens");
    }
    let mut read = String::new();
    let mut sent = 3;
    while read.lines().count() < 10 {
        let piece = answer.next().await.expect("more").expect("bytes");
        read.push_str(std::str::from_utf8(&piece).expect("UTF-8"));
        // Only what came of the earlier ones has the next one sent.
        if sent < 10 && read.lines().count() >= sent {
            send.send(Ok(format!("{}\n", json!({"text": "a"})))).expect("it listens");
            sent += 1;
        }
    }
    drop(send);
    while let Some(piece) = answer.next().await {
        read.push_str(std::str::from_utf8(&piece.expect("bytes")).expect("UTF-8"));
    }
    let summary: Value = serde_json::from_str(read.lines().last().expect("a line")).expect("JSON");
    assert_eq!(summary["summary"]["documents"], 10);
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_not_read_from() {
    let gateway = shared();
    let (send, mut taken) = mpsc::channel::<()>(1);
    let line = format!("{}\n", json!({"text": "word ".repeat(2_000)}));
    // Far more than what may be under way in buffers of either side.
    let lines = futures_util::stream::iter(0..).then(move |_| {
        let (send, line) = (send.clone(), line.clone());
        async move {
            let _ = send.try_send(());
            Ok::<_, std::io::Error>(line)
        }
    });
    let url = format!("http://{}/v1/analyze/stream?services=word-count", gateway.address());
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.post(url).header("content-type", NDJSON).body(Body::wrap_stream(Box::pin(lines)));
    let response = request.send().await.expect("an answer");
    // It stops taking lines, for good: nothing is taken for a while.
    let stands_still = async || {
        while tokio::time::timeout(Duration::from_millis(500), taken.recv()).await.is_ok() {}
        true
    };
    eventually("it stands still", stands_still).await;
    drop(response);
    // Whoever goes away ends it: the next request has the service for itself.
    gateway.analyze("word-count", "a").await.ok();
}

#[tokio::test]
async fn the_query_says_what_is_asked() {
    let gateway = Gateway::start();
    gateway.drop_in(&guest("classifier"), "classifier.wasm");
    eventually("the guest serves", async || gateway.status_of("text-form").await.is_some()).await;
    let line = "{\"text\": \"Is it so?\"}";
    let settings = "services=text-form&settings=%7B%22text-form%22%3A%7B%22long-from%22%3A3%7D%7D";
    let (answered, _) = results(&stream(&gateway, settings, line).await);
    assert_eq!(answered[0]["services"]["text-form"]["analysis"]["result"], json!(["question", "long"]));
    let line = "{\"text\": \"😀 Ada Lovelace was here.\", \"language\": \"en\"}";
    let (answered, _) = results(&stream(&gateway, "services=entity-recognition&offsets=utf16", line).await);
    assert_eq!(answered[0]["services"]["entity-recognition"]["analysis"]["result"][0]["start"], 3);
    let refused = [
        ("", 400, "malformed_request"),
        ("services=", 400, "malformed_request"),
        ("services=word-count,word-count", 400, "malformed_request"),
        ("services=no-such", 404, "unknown_service"),
        ("services=word-count&offsets=byte", 400, "malformed_request"),
        ("services=word-count&deadline_ms=0", 400, "malformed_request"),
        ("services=word-count&explain=perhaps", 400, "malformed_request"),
        ("services=word-count&settings=x", 400, "malformed_request"),
        ("services=word-count&settings=%7B%22other%22%3A%7B%7D%7D", 400, "malformed_request"),
        ("services=word-count&settings=%7B%22word-count%22%3A%7B%22x%22%3A1%7D%7D", 422, "invalid_setting"),
        (
            "services=word-count&settings=%7B%22word-count%22%3A%7B%7D%2C%22word-count%22%3A%7B%7D%7D",
            400,
            "malformed_request",
        ),
    ];
    for (query, status, code) in refused {
        stream(&gateway, query, line).await.is_problem(status, code);
    }
    let other = gateway.post_bytes("/v1/analyze/stream?services=word-count", "application/json", line).await;
    other.is_problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_trap_costs_its_own_line() {
    let gateway = Gateway::start();
    gateway.drop_in(&guest("remembering"), "remembering.wasm");
    eventually("the guest serves", async || gateway.status_of("remembering").await.is_some()).await;
    let body: String = (0..400)
        .map(|number| json!({"text": if number % 40 == 7 { "trap" } else { "a" }}).to_string() + "\n")
        .collect();
    let (answered, summary) = results(&stream(&gateway, "services=remembering", body).await);
    assert_eq!(summary, json!({"documents": 400, "succeeded": 390, "failed": 10}));
    for (number, result) in answered.iter().enumerate() {
        let result = &result["services"]["remembering"];
        if number % 40 == 7 {
            assert_eq!(result["problem"]["code"], "analyzer_trapped");
        } else {
            assert!(result["analysis"]["result"].as_u64() <= Some(256), "{result}");
        }
    }
}

#[tokio::test]
async fn a_stream_that_waits_keeps_no_instances() {
    let gateway = Gateway::start();
    gateway.drop_in(&guest("remembering"), "remembering.wasm");
    eventually("the guest serves", async || gateway.status_of("remembering").await.is_some()).await;
    let (send, mut answer) = conversation(&gateway, "remembering").await;
    let mut calls = async |pause| {
        tokio::time::sleep(pause).await;
        send.send(Ok("{\"text\": \"a\"}\n".into())).expect("it listens");
        let line = answer.next().await.expect("a result").expect("bytes");
        let line: Value = serde_json::from_slice(&line).expect("JSON");
        line["services"]["remembering"]["analysis"]["result"].as_u64().expect("a number")
    };
    assert_eq!((calls(Duration::ZERO).await, calls(Duration::ZERO).await), (1, 2));
    eventually("a new one serves", async || calls(Duration::from_millis(1500)).await == 1).await;
}

#[tokio::test]
async fn a_gateway_that_stops_ends_its_streams_with_a_summary() {
    let mut gateway = Gateway::start();
    let (send, mut answer) = conversation(&gateway, "word-count").await;
    send.send(Ok("{\"text\": \"a\"}\n".into())).expect("it listens");
    let first = answer.next().await.expect("a result").expect("bytes");
    let mut read = String::from_utf8(first.to_vec()).expect("UTF-8");
    gateway.signal("TERM");
    while let Some(piece) = answer.next().await {
        read.push_str(std::str::from_utf8(&piece.expect("bytes")).expect("UTF-8"));
    }
    let lines: Vec<Value> = read.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[1]["problem"]["code"], "not_ready");
    assert_eq!(lines[2]["summary"], json!({"documents": 1, "succeeded": 1, "failed": 0}));
    drop(send);
    assert!(gateway.wait().success(), "{}", gateway.log());
}
