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
