//! Registered URLs: passed through when they answer, a clear failure when they do not.

use serde_json::json;

use crate::harness::{Gateway, Upstream};

async fn registered(options: &[&str], path: &str) -> (Gateway, Upstream) {
    let (gateway, upstream) = (Gateway::start_with(options), Upstream::start().await);
    gateway.post("/services", json!({"name": "away", "url": upstream.url(path)})).await.ok();
    (gateway, upstream)
}

#[tokio::test]
async fn an_upstream_that_fails_is_502_with_its_status() {
    for status in [201, 204, 400, 404, 500, 503] {
        let (gateway, _upstream) = registered(&[], &format!("/status/{status}")).await;
        let answer = gateway.analyze("away", "text").await;
        match status {
            201 => assert_eq!(answer.ok()["result"], "odd"),
            // A success without JSON in it.
            204 => answer.is_problem(502, "upstream_failed"),
            _ => {
                answer.is_problem(502, "upstream_failed");
                assert!(
                    answer.json()["error"].as_str().is_some_and(|error| error.contains(&status.to_string()))
                );
            }
        }
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (gateway, upstream) = registered(&[], "/redirect").await;
    gateway.analyze("away", "text").await.is_problem(502, "upstream_failed");
    assert_eq!(upstream.received().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_502() {
    let (gateway, _upstream) = registered(&[], "/text").await;
    gateway.analyze("away", "text").await.is_problem(502, "upstream_failed");
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_502() {
    let (gateway, _upstream) = registered(&["--upstream-answer-bytes", "1000000"], "/endless").await;
    let answer = gateway.analyze("away", "text").await;
    answer.is_problem(502, "upstream_failed");
    assert!(answer.json()["error"].as_str().is_some_and(|error| error.contains("1000000")));
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_502() {
    let gateway = Gateway::start();
    let closed =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let url = format!("http://user:s3cret@{closed}/x");
    gateway.post("/services", json!({"name": "away", "url": url})).await.ok();
    gateway.analyze("away", "text under analysis").await.is_problem(502, "upstream_failed");
    assert_eq!(gateway.status_of("away").await.expect("a status")["url"], format!("http://{closed}/x"));
    let log = gateway.log();
    assert!(log.contains("Connection refused"), "the log tells why: {log}");
    assert!(
        log.contains("upstream failed") && !log.contains("s3cret") && !log.contains("under analysis"),
        "{log}"
    );
}

#[tokio::test]
async fn an_upstream_that_is_slow_is_504() {
    let (gateway, _upstream) = registered(&["--upstream-deadline-ms", "300"], "/slow").await;
    let answer = gateway.analyze("away", "text").await;
    answer.is_problem(504, "upstream_timeout");
    assert!(answer.json()["error"].as_str().is_some_and(|error| error.contains("300 ms")));
}

#[tokio::test]
async fn loops_end() {
    let gateway = Gateway::start();
    let own = format!("http://{}/services/loop", gateway.address());
    gateway.post("/services", json!({"name": "loop", "url": own})).await.ok();
    gateway.analyze("loop", "text").await.is_problem(502, "upstream_loop");
    // Even where a request would have to wait for itself.
    let narrow = Gateway::start_configured("[defaults]\nconcurrency = 1\n");
    let own = format!("http://{}/services/loop", narrow.address());
    narrow.post("/services", json!({"name": "loop", "url": own})).await.ok();
    narrow.analyze("loop", "text").await.is_problem(502, "upstream_loop");

    let (one, two) = (Gateway::start(), Gateway::start());
    for (from, to) in [(&one, &two), (&two, &one)] {
        let url = format!("http://{}/services/loop", to.address());
        from.post("/services", json!({"name": "loop", "url": url})).await.ok();
    }
    one.analyze("loop", "text").await.is_problem(502, "upstream_loop");
}

#[tokio::test]
async fn a_gateway_can_stand_behind_another() {
    let (front, back) = (Gateway::start(), Gateway::start());
    let url = format!("http://{}/services/word-count", back.address());
    front.post("/services", json!({"name": "behind", "url": url})).await.ok();
    assert_eq!(front.analyze("behind", "a b c").await.ok()["result"], 3);
}

#[tokio::test]
async fn registrations_survive_a_restart() {
    let (gateway, upstream) = registered(&[], "/json").await;
    gateway.post("/services", json!({"name": "gone", "url": upstream.url("/text")})).await.ok();
    gateway.send(reqwest::Method::DELETE, "/services/gone", None).await.ok();
    let gateway = Gateway::start_in(gateway.stop(), &[]);
    assert_eq!(gateway.service_names().await[3..], ["away"]);
    assert_eq!(gateway.analyze("away", "text").await.ok()["result"], "odd");
}

#[tokio::test]
async fn a_name_and_password_survive_a_restart() {
    let (gateway, upstream) = (Gateway::start(), Upstream::start().await);
    let url = format!("http://user:s3cret@{}/json", upstream.address);
    gateway.post("/services", json!({"name": "away", "url": url})).await.ok();
    let folder = gateway.stop();
    let state = std::fs::read_to_string(folder.path().join("state.json")).expect("a state");
    assert!(state.contains("user:s3cret@"));
    let gateway = Gateway::start_in(folder, &[]);
    assert_eq!(gateway.analyze("away", "text").await.ok()["result"], "odd");
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_done() {
    let (gateway, upstream) = registered(&[], "/json").await;
    // A folder where the state is to be written first.
    std::fs::create_dir(gateway.plugins().with_file_name("state.json.partial")).expect("a folder");
    let body = json!({"name": "more", "url": upstream.url("/json")});
    gateway.post("/services", body).await.is_problem(500, "state_unavailable");
    gateway.send(reqwest::Method::DELETE, "/services/away", None).await.is_problem(500, "state_unavailable");
    assert_eq!(gateway.service_names().await[3..], ["away"]);
    assert_eq!(gateway.analyze("away", "text").await.ok()["result"], "odd");
}
