//! What the gateway tells of its services: how they do, and what they may cost.

use serde_json::{Value, json};

use crate::harness::{Gateway, eventually, guest};

async fn with_hostile(options: &str) -> Gateway {
    let gateway = Gateway::start_configured(options);
    gateway.drop_in(&guest("hostile"), "hostile.wasm");
    eventually("the guest serves", async || gateway.status_of("hostile").await.is_some()).await;
    gateway
}

async fn status(gateway: &Gateway) -> Value {
    gateway.get("/v1/services/hostile").await.ok()
}

#[tokio::test]
async fn a_service_tells_its_limits_and_how_it_does() {
    let configuration = "[services.hostile]\ndeadline-ms = 3000\nqueue = 3\ninstances = \"reuse\"\n";
    let gateway = with_hostile(configuration).await;
    let before = status(&gateway).await;
    assert_eq!((&before["state"], &before["contract"]), (&json!("serving"), &json!("1.0.0")));
    assert_eq!((&before["instances"], &before["calls"]), (&json!("reuse"), &json!(0)));
    assert!(["pool", "on-demand"].contains(&before["allocation"].as_str().expect("a word")));
    assert!(before["pagemap_scan"].is_boolean());
    assert_eq!((&before["limits"]["deadline_ms"], &before["limits"]["queue"]), (&json!(3000), &json!(3)));
    assert_eq!((&before["failures"], &before["last_failure"]), (&json!({}), &Value::Null));

    for (text, kind) in [
        ("behave", None),
        ("trap", Some("trapped")),
        ("panic s3cret", Some("trapped")),
        ("fail", Some("failed")),
        ("nan", Some("contract")),
        ("loop", Some("deadline_exceeded")),
        ("recurse", Some("trapped")),
    ] {
        gateway.analyze("hostile", text).await;
        gateway.analyze("hostile", "behave").await.ok();
        let last = status(&gateway).await["last_failure"]["kind"].clone();
        assert_eq!(last.as_str(), kind, "{text}");
    }
    let after = status(&gateway).await;
    assert_eq!(after["calls"], 14);
    let failures = json!({"trapped": 3, "contract": 1, "deadline_exceeded": 1, "failed": 1});
    assert_eq!(after["failures"], failures);
    let last = &after["last_failure"];
    assert!(last["functions"][0].as_str().expect("a name").contains("recurse"), "{last}");
    assert!(last["time"].as_str().expect("a time").ends_with('Z'), "{last}");
}

#[tokio::test]
async fn what_a_guest_printed_is_shown_only_where_the_operator_allows_it() {
    for (options, shown) in [("", false), ("show-guest-output = true\n", true)] {
        let gateway = with_hostile(options).await;
        gateway.analyze("hostile", "panic s3cret").await.is_problem(502, "analyzer_trapped");
        let last = status(&gateway).await["last_failure"].clone();
        assert!(last["printed_bytes"].as_u64().expect("a number") > 0, "{last}");
        let printed = last["printed"].as_str().is_some_and(|printed| printed.contains("s3cret"));
        assert_eq!(printed, shown, "{last}");
    }
}

#[tokio::test]
async fn what_a_plugin_says_of_its_own_failure_is_shown_only_where_the_operator_allows_it() {
    for (options, shown) in [("", false), ("show-guest-output = true\n", true)] {
        let gateway = with_hostile(options).await;
        gateway.analyze("hostile", "fail s3cret").await.is_problem(502, "analyzer_failed");
        let last = status(&gateway).await["last_failure"].clone();
        assert_eq!(last["words"].as_str(), shown.then_some("s3cret"), "{last}");
        // Of a file that was refused, too.
        gateway.drop_in(&guest("failing-example"), "failing-example.wasm");
        let refused = async || gateway.get("/v1/services/failing-example").await.json();
        eventually("it is refused", async || refused().await["state"] == "refused").await;
        let account = refused().await["account"].clone();
        let printed =
            account["printed"].as_str().is_some_and(|printed| printed.contains("printed for the author"));
        assert!(account["printed_bytes"].as_u64().expect("a number") > 0, "{account}");
        assert_eq!(printed, shown, "{account}");
        assert!(!gateway.log().contains("s3cret") && !gateway.log().contains("printed for the author"));
    }
}

#[tokio::test]
async fn who_fails_on_text_after_text_is_parked_until_its_examples_succeed() {
    let gateway = with_hostile("").await;
    // One caller's poison does not do it, as often as it comes.
    for _ in 0..20 {
        gateway.analyze("hostile", "trap").await.is_problem(502, "analyzer_trapped");
    }
    // Nor do several, while others succeed.
    for turn in 0..20 {
        gateway.analyze("hostile", &format!("trap {turn}")).await.is_problem(502, "analyzer_trapped");
        gateway.analyze("hostile", "behave").await.ok();
    }
    for turn in 0..5 {
        assert_eq!(status(&gateway).await["state"], "serving");
        gateway.analyze("hostile", &format!("trap {turn}")).await.is_problem(502, "analyzer_trapped");
    }
    let parked = status(&gateway).await;
    assert_eq!(parked["state"], "parked");
    assert!(parked["retry_after"].is_u64() && parked["reason"].is_string(), "{parked}");
    // Its name stays in the list, and the others serve.
    assert!(gateway.service_names().await.contains(&"hostile".to_owned()));
    gateway.analyze("word-count", "a b").await.ok();
    eventually("it is tried again, and serves", async || {
        let answer = gateway.analyze("hostile", "behave").await;
        if answer.status != 200 {
            answer.is_problem(503, "analyzer_unavailable");
            assert!(answer.headers.contains_key("retry-after"));
        }
        answer.status == 200
    })
    .await;
    assert_eq!(status(&gateway).await["state"], "serving");
}

#[tokio::test]
async fn answers_that_are_too_long_as_json_park_it_too() {
    let gateway = with_hostile("[services.hostile]\noutput-bytes = 1048576\n").await;
    for turn in 0..5 {
        // A thousand spans that each lie over all of the text.
        let text = format!("amplify {} {turn}", "x".repeat(2_000));
        gateway.analyze("hostile", &text).await.is_problem(502, "analyzer_output_too_large");
    }
    assert_eq!(status(&gateway).await["state"], "parked");
}

#[tokio::test]
async fn a_new_file_is_not_parked() {
    let gateway = with_hostile("").await;
    for turn in 0..5 {
        gateway.analyze("hostile", &format!("trap {turn}")).await.is_problem(502, "analyzer_trapped");
    }
    assert_eq!(status(&gateway).await["state"], "parked");
    // The same component with a word more at its end: an empty custom section.
    let mut component = std::fs::read(guest("hostile")).expect("a component");
    component.extend_from_slice(&[0, 2, 1, b'x']);
    std::fs::write(gateway.plugins().join("hostile.wasm"), component).expect("a file");
    eventually("the new one serves", async || {
        let status = status(&gateway).await;
        status["state"] == "serving" && status["calls"] == 0
    })
    .await;
}
