//! The playground in a headless Chromium: how long after a key press its result stands on the page.
//!
//! ```text
//! cargo bench -p gloss --bench playground
//! ```
//!
//! For each standard analyzer keys are pressed one after the other. A time begins with the key press as the
//! browser stamps it and ends with the first frame after the answer for the text with that key in it was shown. The
//! pause that the page waits for more keys is part of it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints, and ends where it fails"
)]

#[path = "../tests/it/harness/browser.rs"]
#[expect(dead_code, reason = "the tests ask for more")]
mod browser;
#[path = "common/connection.rs"]
mod connection;
#[path = "common/program.rs"]
#[expect(dead_code, reason = "the other benches ask for more")]
mod program;
#[path = "common/quantile.rs"]
mod quantile;

use std::time::{Duration, Instant};

use browser::Browser;
use program::Program;
use quantile::quantile;

const PATIENCE: Duration = Duration::from_secs(60);
const TEXT: &str = "Ada Lovelace met Charles Babbage in London, and she was delighted! ";

/// Notes when a key was pressed, and when an answer was shown that holds what is in the text field by then.
const WATCH: &str = "(() => {
    window.pressed = null;
    window.shown = [];
    const text = document.getElementById('text');
    text.addEventListener('keydown', (event) => { window.pressed = event.timeStamp; });
    const answered = () => requestAnimationFrame(() => {
        if (window.pressed === null) return;
        window.shown.push(performance.now() - window.pressed);
        window.pressed = null;
    });
    new MutationObserver(answered).observe(document.getElementById('facts'), {childList: true});
    return true;
})()";

fn main() {
    // Under `cargo test --benches` there is nothing to test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let state = tempfile::tempdir().expect("a temporary folder");
    let program = Program::start(state.path(), &[]);
    println!("ready after {:?}", program.ready_after);
    runtime.block_on(measure(&program));
}

async fn measure(program: &Program) {
    let Some(browser) = Browser::start(1200, 900).await else { return };
    browser.open(&format!("http://{}/", program.address)).await;
    for service in ["word-count", "sentiment-analysis", "entity-recognition"] {
        println!("{service}");
        browser.until(&format!("document.querySelector('input[value={service}]') !== null")).await;
        browser.click(&format!("input[value={service}]")).await;
        browser.paste("").await;
        browser.click("#text").await;
        browser.value(WATCH).await;
        for (place, key) in TEXT.char_indices() {
            browser.press(key.encode_utf8(&mut [0; 4])).await;
            browser.until(&format!("window.shown.length > {place}")).await;
        }
        let shown = browser.value("window.shown").await;
        let shown = shown.as_array().expect("times").iter().filter_map(serde_json::Value::as_f64);
        let mut shown: Vec<Duration> =
            shown.map(|milliseconds| Duration::from_secs_f64(milliseconds / 1e3)).collect();
        shown.sort();
        let [median, most] = [50, 100].map(|percent| quantile(&shown, percent).as_secs_f64() * 1e3);
        println!("  {} keys: median {median:.0} ms, most {most:.0} ms", shown.len());
        browser.open(&format!("http://{}/", program.address)).await;
    }
    browser.close().await;
}

/// Waits until something is so.
async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < PATIENCE, "it never came to pass that {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
