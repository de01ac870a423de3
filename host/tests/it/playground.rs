//! The pages, in a real browser.

use serde_json::{Value, json};

use crate::harness::{Browser, Gateway, guest, shared};

/// A gateway with its playground open, if there is a browser.
async fn open(gateway: &Gateway) -> Option<Browser> {
    let browser = Browser::start(1200, 900).await?;
    browser.open(&format!("http://{}/", gateway.address())).await;
    browser.until("document.querySelectorAll('input[name=service]').length >= 3").await;
    Some(browser)
}

/// Waits until the result is this.
async fn shows(browser: &Browser, result: &str) {
    browser.until(&format!("!document.getElementById('analysis').hidden && document.getElementById('result').textContent === {}", json!(result))).await;
}

async fn text_of(browser: &Browser, selector: &str) -> String {
    let text = browser.value(&format!("document.querySelector({}).textContent", json!(selector))).await;
    text.as_str().expect("a text").to_owned()
}

/// What is marked, and as what.
async fn marks(browser: &Browser) -> Value {
    browser
        .value("[...document.querySelectorAll('mark')].map((mark) => [mark.textContent, mark.dataset.label])")
        .await
}

#[tokio::test]
async fn what_is_typed_is_analyzed() {
    let gateway = shared();
    let Some(browser) = open(&gateway).await else { return };
    // It begins with an example of the first service.
    browser.until("!document.getElementById('analysis').hidden").await;
    browser.click("input[value=word-count]").await;
    browser.click("#text").await;
    browser.value("document.getElementById('text').select()").await;
    browser.press("one two three").await;
    shows(&browser, "3").await;
    browser.press(" four").await;
    shows(&browser, "4").await;
    let measures = text_of(&browser, "#measures").await;
    assert!(measures.contains("words4"), "{measures}");
    let json: Value = serde_json::from_str(&text_of(&browser, "#json").await).expect("JSON");
    assert_eq!(json["results"][0]["services"]["word-count"]["analysis"]["result"], 4);
    assert!(text_of(&browser, "#curl").await.contains(r#""text":"one two three four""#));
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn services_are_switched_and_examples_tried_with_the_keyboard() {
    let gateway = shared();
    let Some(browser) = open(&gateway).await else { return };
    browser.click("input[value=sentiment-analysis]").await;
    browser.paste("What a lovely day!").await;
    shows(&browser, "positive").await;
    let bars = browser.value("document.querySelectorAll('#labels meter').length").await;
    assert_eq!(bars, 3);
    // The arrows lead through the services.
    browser.value("document.querySelector('input[name=service]:checked').focus()").await;
    for _ in 0..3 {
        browser.press("\u{e015}").await;
    }
    browser.until("document.activeElement.value === 'sentiment-analysis'").await;
    while browser.value("document.activeElement.value").await != "entity-recognition" {
        browser.press("\u{e015}").await;
    }
    browser
        .until("document.querySelector('input[name=service]:checked').value === 'entity-recognition'")
        .await;
    browser.until("document.querySelectorAll('#examples button').length > 0").await;
    // Tab leads through the text to the first example, and Enter tries it.
    browser.press("\u{e004}").await;
    browser.until("document.activeElement.id === 'text'").await;
    browser.press("\u{e004}").await;
    browser.until("document.activeElement.closest('#examples') !== null").await;
    browser.press("\u{e007}").await;
    browser.until("document.querySelectorAll('mark').length > 0").await;
    let same =
        "document.querySelector('#layers .text').textContent === document.getElementById('text').value";
    assert_eq!(browser.value(same).await, true);
    browser.close().await;
}

#[tokio::test]
async fn spans_are_marked_where_they_are_whatever_is_before_them() {
    let gateway = shared();
    let Some(browser) = open(&gateway).await else { return };
    browser.click("input[value=entity-recognition]").await;
    let person = |text: &str| json!([[text, "PERSON"]]);
    for before in ["😀👩‍👩‍👧 e\u{301} ", "🇩🇪🇫🇷\r\n"] {
        browser.paste(&format!("{before}We met Ada Lovelace there.")).await;
        browser.until("document.querySelectorAll('mark').length === 1").await;
        assert_eq!(marks(&browser).await, person("Ada Lovelace"), "{before:?}");
    }
    // Right to left: the text as a whole, and the mark in it.
    browser.paste("שלום עולם, Ada Lovelace אמרה").await;
    browser.until("document.querySelector('#layers .text')?.textContent.startsWith('שלום')").await;
    let direction = "getComputedStyle(document.querySelector('#layers .text')).direction";
    assert_eq!(browser.value(direction).await, "rtl");
    assert_eq!(marks(&browser).await, person("Ada Lovelace"));
    browser.close().await;
}

#[tokio::test]
async fn nothing_that_is_typed_becomes_markup() {
    let gateway = shared();
    let Some(browser) = open(&gateway).await else { return };
    let text =
        "<img src=x onerror=\"document.title='taken'\"> Ada Lovelace <script>document.title='taken'</script>";
    browser.click("input[value=entity-recognition]").await;
    browser.paste(text).await;
    browser.until("document.querySelector('#layers .text')?.textContent.startsWith('<img')").await;
    assert_eq!(browser.value("document.querySelectorAll('main img, main script').length").await, 0);
    assert_eq!(browser.value("document.title").await, "Gloss playground");
    // And what somebody smuggled in all the same would not run.
    let smuggled = "(() => { const script = document.createElement('script'); script.textContent = \
        'document.title = \"taken\"'; document.body.append(script); return document.title; })()";
    assert_eq!(browser.value(smuggled).await, "Gloss playground");
    assert!(browser.complaints().await.iter().any(|complaint| complaint.contains("Content Security Policy")));
    browser.close().await;
}

#[tokio::test]
async fn a_refusal_is_told_in_its_own_words_and_is_over_with_the_next_text() {
    let gateway = shared();
    let Some(browser) = open(&gateway).await else { return };
    browser.click("input[value=sentiment-analysis]").await;
    browser.paste("Das ist nicht gut, und es wird auch nicht besser werden.").await;
    browser.until("document.getElementById('problem').textContent.includes('takes en')").await;
    assert_eq!(browser.value("document.getElementById('analysis').hidden").await, true);
    browser.click("#any-language").await;
    browser.until("document.getElementById('problem').hidden").await;
    browser.click("#any-language").await;
    browser.until("!document.getElementById('problem').hidden").await;
    browser.paste("This is good, and it is lovely.").await;
    shows(&browser, "positive").await;
    assert_eq!(browser.value("document.getElementById('problem').hidden").await, true);
    browser.close().await;
}

#[tokio::test]
async fn a_plugin_that_is_dropped_in_appears_and_goes_while_the_page_is_open() {
    let gateway = Gateway::start();
    let Some(browser) = open(&gateway).await else { return };
    let file = gateway.drop_in(&guest("classifier"), "classifier.wasm");
    browser.until("document.querySelector('input[value=text-form]') !== null").await;
    browser.click("input[value=text-form]").await;
    browser.paste("Is it so?").await;
    shows(&browser, "question, short").await;
    // Its setting is there, and a value that does not fit is told.
    let set = |value: &str| {
        format!(
            "(() => {{ const field = document.querySelector('[name=long-from]'); \
        field.value = {}; field.dispatchEvent(new Event('input')); return true; }})()",
            json!(value)
        )
    };
    browser.value(&set("3")).await;
    shows(&browser, "question, long").await;
    browser.value(&set("0")).await;
    browser
        .until("document.getElementById('problem').textContent === '`long-from` must be 1 or more.'")
        .await;
    // What was typed stays when it goes, and another service is chosen.
    std::fs::remove_file(file).expect("it was there");
    browser.until("document.querySelector('input[value=text-form]') === null").await;
    browser.until("document.querySelector('input[name=service]:checked') !== null").await;
    browser.until("!document.getElementById('analysis').hidden").await;
    assert_eq!(browser.value("document.getElementById('text').value").await, "Is it so?");
    browser.close().await;
}

#[tokio::test]
async fn a_phone_needs_no_sideways_scrolling_and_the_dark_is_dark() {
    let gateway = shared();
    let Some(browser) = Browser::start(360, 740).await else { return };
    for page in ["", "docs"] {
        browser.open(&format!("http://{}/{page}", gateway.address())).await;
        browser.until("document.querySelector('main').textContent.length > 100").await;
        let fits = "document.documentElement.scrollWidth <= 360";
        assert_eq!(browser.value(fits).await, true, "/{page}");
        let ground = "getComputedStyle(document.body).backgroundColor";
        let light = browser.value(ground).await;
        let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
        browser.devtools("Emulation.setEmulatedMedia", dark).await;
        assert_ne!(browser.value(ground).await, light);
        browser.devtools("Emulation.setEmulatedMedia", json!({"features": []})).await;
    }
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn the_pages_are_light_and_ask_nobody_else() {
    let gateway = shared();
    let mut bytes = 0;
    for file in ["/", "/style.css", "/playground.js"] {
        let answer = gateway.get(file).await;
        assert_eq!(answer.status, 200);
        let policy = answer.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("http"), "{policy}");
        assert!(!answer.body.contains("://"), "{file} names another place");
        bytes += answer.body.len();
    }
    assert!(bytes < 100_000, "{bytes} bytes");
}
