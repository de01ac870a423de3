//! What a guest can see of the outside: nothing.

use serde_json::json;

use crate::harness::{Gateway, eventually, guest, shared};

#[tokio::test]
async fn a_guest_sees_nothing_of_the_outside() {
    let gateway = Gateway::start();
    gateway.drop_in(&guest("hostile"), "hostile.wasm");
    eventually("the guest serves", async || gateway.status_of("hostile").await.is_some()).await;
    assert_eq!(gateway.analyze("hostile", "environment").await.ok()["result"], json!([]));
}

#[test]
fn word_count_has_one_allocator() {
    // Its own takes all memory after the data, as the C library's would; the names are in the component.
    let component = gloss::standard::component("word-count").expect("a standard analyzer");
    let names = |name: &[u8]| component.windows(name.len()).any(|window| window == name);
    assert!(names(b"cabi_realloc"));
    assert!(!names(b"malloc") && !names(b"sbrk"));
}

#[tokio::test]
async fn the_same_text_gives_the_same_bytes() {
    let text = "Ada Lovelace loved London. The food was awful, but the people were GREAT!!! 😀";
    for service in ["sentiment-analysis", "word-count", "entity-recognition"] {
        let first = shared().analyze(service, text).await;
        for _ in 0..10 {
            assert_eq!(shared().analyze(service, text).await.body, first.body);
        }
    }
}

#[tokio::test]
async fn the_log_never_holds_a_text() {
    let gateway = Gateway::start_with(&["--log", "trace"]);
    gateway.drop_in(&guest("hostile"), "hostile.wasm");
    eventually("the guest serves", async || gateway.status_of("hostile").await.is_some()).await;
    for service in ["sentiment-analysis", "word-count", "entity-recognition", "no-such-service", "hostile"] {
        gateway.analyze(service, "the s3cret text").await;
    }
    // Ways in which a guest passes the text to the host.
    for text in ["resolve s3cret", "log s3cret", "stderr s3cret", "panic s3cret", "fail s3cret"] {
        gateway.analyze("hostile", text).await;
    }
    let log = gateway.log();
    assert!(!log.is_empty() && !log.contains("s3cret"), "{log}");
}

/// A gateway with a guest that says how often its instance was called.
async fn remembering(configuration: &str) -> Gateway {
    let gateway = Gateway::start_configured(configuration);
    gateway.drop_in(&guest("remembering"), "remembering.wasm");
    eventually("the guest serves", async || gateway.status_of("remembering").await.is_some()).await;
    gateway
}

async fn calls(gateway: &Gateway) -> i64 {
    gateway.analyze("remembering", "a").await.ok()["result"].as_i64().expect("a number")
}

#[tokio::test]
async fn nothing_in_memory_survives_to_the_next_document() {
    let gateway = remembering("").await;
    for _ in 0..5 {
        assert_eq!(calls(&gateway).await, 1);
    }
    assert_eq!(gateway.status_of("remembering").await.expect("a status")["instances"], "fresh");
}

#[tokio::test]
async fn an_operator_may_let_instances_serve_several_documents() {
    let gateway = remembering("[services.remembering]\ninstances = \"reuse\"\nrecycle = 4\n").await;
    assert_eq!(gateway.status_of("remembering").await.expect("a status")["instances"], "reuse");
    // The loader has run the example, with and without an explanation, in the first instance.
    let mut counted = vec![calls(&gateway).await];
    for _ in 0..5 {
        counted.push(calls(&gateway).await);
    }
    assert_eq!(counted, [3, 4, 1, 2, 3, 4], "an instance is replaced after four documents");
    assert_eq!(calls(&gateway).await, 1);
    gateway.analyze("remembering", "refuse").await.is_problem(422, "unsupported_text");
    assert_eq!(calls(&gateway).await, 3, "a refusal is a call that ended well");
    gateway.analyze("remembering", "trap").await.is_problem(502, "analyzer_trapped");
    assert_eq!(calls(&gateway).await, 1, "an instance is never used after a trap");
}
