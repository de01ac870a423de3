//! Services that break: each misdeed of the hostile guest has its row in the table, costs one request, and
//! leaves everything else as it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Answer, Gateway, eventually, guest};

/// A gateway with the hostile guest, under limits of its own.
async fn gateway_with(limits: &str) -> Gateway {
    let gateway = Gateway::start_configured(&format!("[services.hostile]\n{limits}\n"));
    gateway.drop_in(&guest("hostile"), "hostile.wasm");
    eventually("the guest serves", async || gateway.status_of("hostile").await.is_some()).await;
    gateway
}

/// One that runs out of memory soon.
async fn gateway() -> Gateway {
    gateway_with("memory-bytes = 33554432").await
}

/// Has the guest do something, and asserts that it and the others work afterwards.
async fn do_it(gateway: &Gateway, text: &str) -> Answer {
    let answer = gateway.analyze("hostile", text).await;
    assert_eq!(gateway.analyze("hostile", "behave").await.ok()["result"], true);
    assert_eq!(gateway.analyze("word-count", "a b").await.ok()["result"], 2);
    answer
}

#[tokio::test]
async fn crashes_are_502() {
    let gateway = gateway().await;
    for text in ["trap", "panic s3cret", "exit 1", "exit 0", "recurse"] {
        do_it(&gateway, text).await.is_problem(502, "analyzer_trapped");
    }
    do_it(&gateway, "grow").await.is_problem(502, "analyzer_out_of_memory");
    let log = gateway.log();
    assert!(log.contains("analyzer_trapped") && log.contains("captured_bytes="), "{log}");
    assert!(log.contains("hostile::recurse"), "the log names the guest's functions: {log}");
    assert!(!log.contains("s3cret"), "what a guest prints is not logged: {log}");
}

#[tokio::test]
async fn too_long_is_504() {
    let gateway = gateway_with("deadline-ms = 3000").await;
    for text in ["loop", "sleep"] {
        let answer = gateway.analyze("hostile", text).await;
        answer.is_problem(504, "deadline_exceeded");
        assert!(answer.json()["error"].as_str().is_some_and(|error| error.contains("3000 ms")));
        // Within its three seconds, unless the machine is too busy just then.
        eventually("it serves", async || gateway.analyze("hostile", "behave").await.status == 200).await;
        assert_eq!(gateway.analyze("word-count", "a b").await.ok()["result"], 2);
    }
}

#[tokio::test]
async fn too_much_is_502() {
    let gateway = gateway().await;
    // The memory limit of 32 MiB does not let it make 64 MiB of text.
    do_it(&gateway, "output").await.is_problem(502, "analyzer_out_of_memory");
    do_it(&gateway, "spans").await.is_problem(502, "analyzer_out_of_memory");

    let roomy = gateway_with("").await;
    do_it(&roomy, "output").await.is_problem(502, "analyzer_output_too_large");
    do_it(&roomy, "spans").await.is_problem(502, "analyzer_output_too_large");
    // Little for the guest to return, and much for the host to write: each span carries its text.
    let long = format!("amplify {}", "x".repeat(1_000_000));
    do_it(&roomy, &long).await.is_problem(502, "analyzer_output_too_large");
}

#[tokio::test]
async fn broken_contracts_are_502() {
    let gateway = gateway().await;
    for text in [
        "outside", "reversed", "inside é", "unsorted", "shorter-first", "label", "nan", "score", "infinite",
        "json", "relation", "explain",
    ] {
        do_it(&gateway, text).await.is_problem(502, "analyzer_contract");
    }
    assert_eq!(do_it(&gateway, "nothing").await.ok(), json!({"result": null}));
    let answer = do_it(&gateway, "parts abc").await.ok();
    assert_eq!(answer["result"][0]["parts"][1], json!({"start": 2, "end": 3, "text": "r"}));
}

#[tokio::test]
async fn refusals_are_422_in_the_analyzers_words() {
    let gateway = gateway().await;
    for (text, code) in [
        ("language Only English.", "unsupported_language"),
        ("text Only prose.", "unsupported_text"),
        ("setting Not both.", "invalid_setting"),
    ] {
        let answer = do_it(&gateway, text).await;
        answer.is_problem(422, code);
        assert_eq!(answer.json()["error"], text.split_once(' ').expect("two parts").1);
    }
}

#[tokio::test]
async fn its_own_failure_is_502_and_its_words_stay_inside() {
    let gateway = gateway().await;
    let answer = do_it(&gateway, "fail s3cret").await;
    answer.is_problem(502, "analyzer_failed");
    assert!(!answer.body.contains("s3cret") && !gateway.log().contains("s3cret"));
}

#[tokio::test]
async fn floods_of_messages_are_cut_off() {
    let gateway = gateway().await;
    // Each is 10,000 lines; the gateway keeps 64 KiB of them in all and answers all the same.
    for text in ["log s3cret words that nobody reads", "stderr s3cret words that nobody reads"] {
        assert_eq!(do_it(&gateway, text).await.ok()["result"], true);
    }
    assert!(!gateway.log().contains("s3cret"));
}

/// A misdeed, and its row in the table.
type Misdeed = (&'static str, u16, &'static str);

/// Those that only a deadline ends.
const ENDLESS: [Misdeed; 2] = [("loop", 504, "deadline_exceeded"), ("sleep", 504, "deadline_exceeded")];

/// All others, under a memory limit that is soon reached.
const MISDEEDS: [Misdeed; 23] = [
    ("grow", 502, "analyzer_out_of_memory"),
    ("recurse", 502, "analyzer_trapped"),
    ("trap", 502, "analyzer_trapped"),
    ("panic loudly", 502, "analyzer_trapped"),
    ("exit 0", 502, "analyzer_trapped"),
    ("exit 1", 502, "analyzer_trapped"),
    ("output", 502, "analyzer_out_of_memory"),
    ("spans", 502, "analyzer_out_of_memory"),
    ("log a line", 200, ""),
    ("stderr a line", 200, ""),
    ("outside", 502, "analyzer_contract"),
    ("reversed", 502, "analyzer_contract"),
    ("inside é", 502, "analyzer_contract"),
    ("unsorted", 502, "analyzer_contract"),
    ("shorter-first", 502, "analyzer_contract"),
    ("label", 502, "analyzer_contract"),
    ("nan", 502, "analyzer_contract"),
    ("score", 502, "analyzer_contract"),
    ("infinite", 502, "analyzer_contract"),
    ("json", 502, "analyzer_contract"),
    ("relation", 502, "analyzer_contract"),
    ("explain", 502, "analyzer_contract"),
    ("fail", 502, "analyzer_failed"),
];

#[tokio::test]
async fn misdeeds_leave_other_services_alone() {
    commit(gateway_with("deadline-ms = 3000").await, &ENDLESS).await;
    commit(gateway().await, &MISDEEDS).await;
}

/// Clients of another service beside the misdeeds, and how often each calls it: a thousand calls a second in
/// all, where the machine keeps up.
const CLIENTS: u32 = 4;
const CLIENT_PERIOD: Duration = Duration::from_millis(4);

/// Has the guest commit misdeeds while clients call another service: not one call fails.
async fn commit(gateway: Gateway, misdeeds: &[Misdeed]) {
    let gateway = Arc::new(gateway);
    let (done, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let client = |_| {
        let (gateway, done, answered) = (Arc::clone(&gateway), Arc::clone(&done), Arc::clone(&answered));
        tokio::spawn(async move {
            let mut turns = tokio::time::interval(CLIENT_PERIOD);
            while !done.load(Ordering::Relaxed) {
                turns.tick().await;
                assert_eq!(gateway.analyze("word-count", "a b").await.ok()["result"], 2);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let begin = Instant::now();
    let clients: Vec<_> = (0..CLIENTS).map(client).collect();
    for (misdeed, status, code) in misdeeds {
        let before = answered.load(Ordering::Relaxed);
        let answer = gateway.analyze("hostile", misdeed).await;
        if *status == 200 {
            answer.ok();
        } else {
            answer.is_problem(*status, code);
        }
        // So that none of them is the one too many that parks it.
        eventually("it behaves", async || gateway.analyze("hostile", "behave").await.status == 200).await;
        eventually("the others are answered", async || answered.load(Ordering::Relaxed) > before).await;
    }
    done.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("no request failed");
    }
    let per_second = answered.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64();
    println!("{per_second:.0} calls of word-count a second beside {} misdeeds", misdeeds.len());
}

#[tokio::test]
async fn a_full_queue_is_429() {
    let gateway = gateway_with("concurrency = 1\nqueue = 0\ndeadline-ms = 3000").await;
    let first = async {
        // Until it is in: the other may have been before it.
        loop {
            let answer = gateway.analyze("hostile", "loop").await;
            if answer.status != 429 {
                return answer;
            }
        }
    };
    let (first, second) = tokio::join!(first, async {
        // The first is in when the second is turned away.
        loop {
            let answer = gateway.analyze("hostile", "behave").await;
            if answer.status != 200 {
                return answer;
            }
        }
    });
    first.is_problem(504, "deadline_exceeded");
    second.is_problem(429, "overloaded");
    assert_eq!(second.headers["retry-after"], "1");
    assert_eq!(gateway.analyze("hostile", "behave").await.ok()["result"], true);
}

#[tokio::test]
async fn a_client_that_goes_away_stops_the_guest() {
    let gateway = gateway_with("concurrency = 1\nqueue = 0\ndeadline-ms = 3600000").await;
    for text in ["loop", "sleep"] {
        let gone = tokio::time::timeout(Duration::from_millis(300), gateway.analyze("hostile", text));
        assert!(gone.await.is_err());
        eventually("its permit is free", async || gateway.analyze("hostile", "behave").await.status == 200)
            .await;
    }
}
