//! Everything a client can get wrong: a clear answer each, and the next request works.

use std::io::{Read, Write};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, Gateway, PATIENCE, shared};

const JSON: &str = "application/json";

/// Posts bytes to both ways of calling word-count, and asserts that both refuse them alike.
async fn refused(body: impl AsRef<[u8]>, status: u16, code: &str) -> String {
    let gateway = shared();
    let body = body.as_ref().to_vec();
    let at_gateway = gateway.post_bytes("/analyze", JSON, body.clone()).await;
    at_gateway.is_problem(status, code);
    let by_name = gateway.post_bytes("/services/word-count", JSON, body).await;
    by_name.is_problem(status, code);
    still_works(&gateway).await;
    by_name.json()["error"].as_str().expect("a sentence").to_owned()
}

async fn still_works(gateway: &Gateway) {
    assert_eq!(gateway.analyze("word-count", "it still works").await.ok()["result"], 3);
}

#[tokio::test]
async fn what_is_not_json_is_refused() {
    for body in ["", "text", "{", "{\"text\": \"a\"", "{\"text\": \"a\"} more", "{'text': 'a'}", "\u{feff}{}"]
    {
        assert!(refused(body, 400, "malformed_request").await.contains("not JSON"), "{body:?}");
    }
}

#[tokio::test]
async fn json_of_the_wrong_shape_is_refused() {
    let members_in_order = r#"["word-count", "a b"]"#;
    for body in ["[]", "null", "7", "\"text\"", "[{\"text\": \"a\"}]", "[\"a b\"]", members_in_order] {
        assert!(refused(body, 400, "malformed_request").await.contains("must be a JSON object"), "{body:?}");
    }
}

#[tokio::test]
async fn a_missing_text_is_refused() {
    let body = json!({"service": "word-count"}).to_string();
    assert_eq!(refused(body, 400, "malformed_request").await, "The member `text` is missing.");
}

#[tokio::test]
async fn a_text_that_is_no_string_is_refused() {
    for (value, kind) in
        [(json!(null), "null"), (json!(5), "a number"), (json!(["a"]), "an array"), (json!({}), "an object")]
    {
        let body = json!({"service": "word-count", "text": value}).to_string();
        let sentence = format!("The member `text` must be a string, not {kind}.");
        assert_eq!(refused(body, 400, "malformed_request").await, sentence);
    }
}

#[tokio::test]
async fn a_service_that_is_no_string_is_refused() {
    let answer = shared().post("/analyze", json!({"service": 5, "text": "a"})).await;
    answer.is_problem(400, "malformed_request");
    assert_eq!(answer.json()["error"], "The member `service` must be a string, not a number.");
}

#[tokio::test]
async fn a_text_given_twice_is_refused() {
    let body = r#"{"service": "word-count", "text": "a", "text": "b"}"#;
    assert_eq!(refused(body, 400, "malformed_request").await, "A member is given twice.");
}

#[tokio::test]
async fn an_unknown_unit_of_offsets_is_refused() {
    let body = json!({"service": "word-count", "text": "a", "offsets": "words"}).to_string();
    assert!(refused(body, 400, "malformed_request").await.contains("`offsets`"));
}

#[tokio::test]
async fn broken_utf_8_is_refused() {
    assert_eq!(refused(b"{\"text\": \"\xff\"}", 400, "malformed_request").await, "The body is not UTF-8.");
}

#[tokio::test]
async fn half_a_surrogate_pair_is_refused() {
    refused(r#"{"service": "word-count", "text": "\ud83d"}"#, 400, "malformed_request").await;
}

#[tokio::test]
async fn deep_nesting_is_refused() {
    let brackets = "[".repeat(100_000);
    refused(&brackets, 400, "malformed_request").await;
    refused(format!("{{\"text\": {brackets}"), 400, "malformed_request").await;
    let closed = format!("{{\"text\": {brackets}{}}}", "]".repeat(100_000));
    refused(closed, 400, "malformed_request").await;
}

#[tokio::test]
async fn deep_nesting_that_is_ignored_does_no_harm() {
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!("{{\"service\": \"word-count\", \"text\": \"a b\", \"other\": {nested}}}");
    let answer = shared().post_bytes("/analyze", JSON, body).await;
    assert_eq!(answer.ok()["result"], 2);
}

#[tokio::test]
async fn ten_megabytes_are_refused_and_the_answer_is_read() {
    let body = json!({"service": "word-count", "text": "x".repeat(10_000_000)}).to_string();
    refused(body, 413, "text_too_large").await;
}

#[tokio::test]
async fn a_body_of_unknown_length_is_refused_too() {
    let chunk = || Ok::<_, std::io::Error>(vec![b'x'; 1_000_000]);
    let body = reqwest::Body::wrap_stream(futures(chunk, 12));
    shared().post_bytes("/analyze", JSON, body).await.is_problem(413, "text_too_large");
    still_works(&shared()).await;
}

/// A stream of `count` items.
fn futures<T>(item: impl FnMut() -> T, count: usize) -> impl futures_core::Stream<Item = T> {
    futures_util::stream::iter(std::iter::repeat_with(item).take(count))
}

#[tokio::test]
async fn a_text_over_the_limit_is_refused_with_the_limit() {
    let over = "x".repeat((1 << 20) + 1);
    let body = json!({"service": "word-count", "text": over}).to_string();
    assert!(refused(body, 413, "text_too_large").await.contains("1048576"));
    let just_fits = "é".repeat(1 << 19);
    assert_eq!(shared().analyze("word-count", &just_fits).await.ok()["result"], 1);
    // Written with escapes it is six times as long on the wire, and still fits.
    let escaped = format!("{{\"service\": \"word-count\", \"text\": \"{}\"}}", "\\u0061".repeat(1 << 20));
    assert_eq!(shared().post_bytes("/analyze", JSON, escaped).await.ok()["result"], 1);
}

#[tokio::test]
async fn wrong_methods_are_refused_with_the_right_ones() {
    let gateway = shared();
    for (method, path, allowed) in [
        (Method::GET, "/analyze", "POST"),
        (Method::PUT, "/services", "GET,HEAD,POST"),
        (Method::GET, "/services/word-count", "DELETE,POST"),
        (Method::DELETE, "/v1/services", "GET,HEAD"),
    ] {
        let answer = gateway.send(method.clone(), path, None).await;
        answer.is_problem(405, "method_not_allowed");
        assert_eq!(answer.headers["allow"], allowed, "{method} {path}");
    }
    let answer = gateway.send_to(gateway.announced("word-count"), Method::GET, "/count", None).await;
    answer.is_problem(405, "method_not_allowed");
    assert_eq!(answer.headers["allow"], "POST");
}

#[tokio::test]
async fn wrong_media_types_are_refused() {
    let gateway = shared();
    let body = r#"{"service": "word-count", "text": "a"}"#;
    for media_type in
        ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "image/png", ""]
    {
        gateway.post_bytes("/analyze", media_type, body).await.is_problem(415, "unsupported_media_type");
    }
    // Where the path names a service, there must be one before anything else can be wrong.
    gateway.post_bytes("/services/none", "text/plain", body).await.is_problem(404, "unknown_service");
    gateway
        .post_bytes("/services/word-count", "text/plain", body)
        .await
        .is_problem(415, "unsupported_media_type");
    for media_type in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json"] {
        gateway.post_bytes("/analyze", media_type, body).await.ok();
    }
}

#[tokio::test]
async fn unknown_routes_are_refused() {
    let gateway = shared();
    for path in ["/index.html", "/analyse", "/services/a/b", "/v1", "/v2/services", "//", "/analyze/"] {
        gateway.get(path).await.is_problem(404, "unknown_route");
    }
    let port = gateway.announced("word-count");
    for path in ["/", "/analyze", "/count/", "/services"] {
        let answer = gateway.send_to(port, Method::POST, path, Some(json!({"text": "a"}))).await;
        answer.is_problem(404, "unknown_route");
        assert!(answer.json()["error"].as_str().is_some_and(|error| error.contains("POST /count")));
    }
}

#[tokio::test]
async fn a_path_that_is_not_utf_8_is_no_service() {
    let gateway = shared();
    gateway.post("/services/%ff", json!({"text": "a"})).await.is_problem(404, "unknown_service");
    gateway.send(Method::DELETE, "/services/%ff", None).await.is_problem(404, "unknown_service");
}

#[tokio::test]
async fn unusual_texts_are_analyzed() {
    let gateway = shared();
    for text in ["", "   ", "\u{0}", "a\u{0}b", "👩‍👩‍👧", "שלום עולם", "\u{202e}abc", "\r\n", "\u{fffd}"]
    {
        for service in ["sentiment-analysis", "word-count", "entity-recognition"] {
            let answer = gateway.analyze(service, text).await.ok();
            assert!(!answer["result"].is_null(), "{service} {text:?}: {answer}");
        }
    }
    assert_eq!(gateway.analyze("word-count", "a\u{0}b c").await.ok()["result"], 2);
}

/// Sends bytes over a connection and reads all that comes back.
fn converse(gateway: &Gateway, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(gateway.address()).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream.write_all(request).expect("it is sent");
    stream.shutdown(std::net::Shutdown::Write).expect("it ends");
    let mut answer = String::new();
    // A connection that is reset has given all it had.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[tokio::test]
async fn what_is_not_http_does_no_harm() {
    let gateway = shared();
    for request in
        [&b"\0\0\0\0\r\n\r\n"[..], b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"POST /analyze HTTP/1.1\r\n"]
    {
        let answer = converse(&gateway, request);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    still_works(&gateway).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_does_no_harm() {
    let gateway = shared();
    let head =
        "POST /analyze HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n";
    converse(&gateway, format!("{head}{{\"text\":").as_bytes());
    still_works(&gateway).await;
}

#[tokio::test]
async fn a_refused_request_leaves_its_connection_usable() {
    let gateway = shared();
    let mut stream = TcpStream::connect(gateway.address()).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let request = |path: &str, kind: &str, body: &str| {
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let good = r#"{"service":"word-count","text":"a b"}"#;
    let large = "x".repeat(200_000);
    for (sent, status) in [
        (request("/nowhere", JSON, &large), "404"),
        (request("/analyze", "text/plain", &large), "415"),
        (request("/analyze", JSON, "{"), "400"),
        (request("/analyze", JSON, good), "200"),
    ] {
        stream.write_all(sent.as_bytes()).expect("it is sent");
        assert!(read_answer(&mut stream).starts_with(&format!("HTTP/1.1 {status}")));
    }
}

/// Reads one answer whose length its head tells.
fn read_answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("an answer");
        answer.push(byte[0]);
    }
    let head = String::from_utf8(answer).expect("a head");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    stream.read_exact(&mut body).expect("a body");
    head + &String::from_utf8(body).expect("UTF-8")
}

#[tokio::test]
async fn answers_never_repeat_what_a_client_sent() {
    let secret = "s3cret-words";
    let gateway = Gateway::start();
    let bodies =
        [format!("{{\"text\": {secret}"), json!({"service": "word-count", "text": [secret]}).to_string()];
    for body in bodies {
        let answer: Answer = gateway.post_bytes("/analyze", JSON, body).await;
        assert!(!answer.body.contains(secret), "{}", answer.body);
    }
    assert!(!gateway.log().contains(secret));
}
