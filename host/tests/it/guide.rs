//! The guide for plugin authors: what it says to type makes a plugin that is served.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::harness::{Gateway, eventually, program, repository};

/// The commands of the guide's first chapter.
fn commands(gateway: &Gateway) -> Vec<String> {
    let guide = fs::read_to_string(repository().join("plugins/README.md")).expect("the guide");
    let chapter = guide.split("## Ten minutes").nth(1).and_then(|rest| rest.split("\n## ").next());
    let commands = chapter.expect("a chapter").lines().filter_map(|line| line.strip_prefix("$ "));
    let here = |command: &str| {
        command
            .replace("~/.local/share/gloss/plugins", gateway.plugins().to_str().expect("a path"))
            .replace("localhost:8000", &gateway.address().to_string())
            // What is there already; the versions are those of this repository.
            .replace("cargo build", "cargo build --offline")
    };
    // The target is there, or nothing here would have been built.
    commands.filter(|command| !command.starts_with("rustup")).map(here).collect()
}

/// Types a command in a folder, as if `gloss` were on the path.
fn typed(command: &str, folder: &Path, bin: &Path) -> Output {
    let path = std::env::join_paths(
        std::iter::once(bin.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").expect("a path"))),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder).env("PATH", path.expect("a path"));
    // In a project of its own, as a person would: nothing of this test's cargo.
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if name.starts_with("CARGO_PKG") || name.starts_with("CARGO_MANIFEST") || name == "RUSTFLAGS" {
            shell.env_remove(&variable);
        }
    }
    shell.output().expect("a shell")
}

#[tokio::test]
async fn the_plugin_of_the_guide_is_served() {
    let gateway = Gateway::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).expect("a folder");
    std::os::unix::fs::symlink(program().get_program(), bin.join("gloss")).expect("a link");
    let mut here = folder.path().to_owned();
    let mut answer = String::new();
    for command in commands(&gateway) {
        if let Some(project) = command.strip_prefix("cd ") {
            here = here.join(project);
            fs::copy(repository().join("Cargo.lock"), here.join("Cargo.lock")).expect("a copy");
            continue;
        }
        if command.starts_with("curl") {
            eventually("it serves", async || {
                assert_eq!(gateway.refusal_of("shout.wasm").await, None);
                gateway.status_of("shout").await.is_some()
            })
            .await;
        }
        let output = typed(&command, &here, &bin);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        answer = String::from_utf8(output.stdout).expect("UTF-8");
    }
    assert!(answer.contains(r#""text":"MUST","label":"SHOUT""#), "{answer}");
}
