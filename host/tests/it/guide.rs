//! The guide for plugin authors: what it says to type makes a plugin that is served.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{Gateway, eventually, repository, target_folder};

/// The first block of a language behind a heading or sentence.
fn block<'g>(guide: &'g str, after: &str, language: &str) -> &'g str {
    let rest = guide.split(after).nth(1).expect("the place is there");
    let block = rest.split(&format!("```{language}\n")).nth(1).expect("a block");
    block.split("```").next().expect("an end")
}

/// Builds what the guide shows, in a folder of its own, and returns the component.
fn build(folder: &Path) -> std::path::PathBuf {
    let guide = fs::read_to_string(repository().join("plugins/README.md")).expect("the guide");
    fs::create_dir_all(folder.join("src")).expect("a folder");
    fs::create_dir_all(folder.join("wit")).expect("a folder");
    fs::copy(repository().join("wit/analyzer.wit"), folder.join("wit/analyzer.wit")).expect("a copy");
    fs::write(folder.join("Cargo.toml"), block(&guide, "`Cargo.toml`:", "toml")).expect("a file");
    fs::write(folder.join("src/lib.rs"), block(&guide, "`src/lib.rs`:", "rust")).expect("a file");
    // The versions of this repository, which are on this machine already.
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a copy");
    let target = target_folder().join("guests");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(folder).args(["build", "--release", "--offline", "--target", "wasm32-wasip2"]);
    let output = cargo.arg("--target-dir").arg(&target).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    target.join("wasm32-wasip2/release/shout.wasm")
}

#[tokio::test]
async fn the_plugin_of_the_guide_is_served() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    gateway.drop_in(&build(folder.path()), "shout.wasm");
    eventually("it serves", async || {
        assert_eq!(gateway.refusal_of("shout.wasm").await, None);
        gateway.status_of("shout").await.is_some()
    })
    .await;
    assert_eq!(gateway.analyze("shout", "Help!").await.ok()["result"], true);
    assert_eq!(gateway.analyze("shout", "Help.").await.ok()["result"], false);
}
