//! What README.md shows is what happens: every `curl` in it is run, and its output compared.

use std::fs;
use std::net::SocketAddr;

use reqwest::Method;
use serde_json::Value;

use crate::harness::{Gateway, eventually, free_ports, guest, repository, run};

/// A call that a document shows, with the output under it.
#[derive(Debug)]
struct Shown {
    method: Method,
    port: u16,
    path: String,
    body: Option<Value>,
    output: Value,
}

/// The calls of a document: lines `$ curl ...` in blocks marked `console`, each followed by its output.
fn shown(document: &str) -> Vec<Shown> {
    let blocks =
        document.split("```console\n").skip(1).map(|rest| rest.split("```").next().expect("a block"));
    let commands = blocks.flat_map(|block| block.split("$ ").skip(1));
    commands.filter(|command| command.starts_with("curl ")).map(parse).collect()
}

fn parse(command: &str) -> Shown {
    let command = command.replace("\\\n", " ");
    let (line, output) = command.split_once('\n').expect("an output");
    let url = line.split(" localhost:").nth(1).expect("a URL").split_whitespace().next().expect("a URL");
    let (port, path) = url.split_once('/').expect("a path");
    let body = line.split(" -d '").nth(1).map(|rest| rest.split('\'').next().expect("an end"));
    let method = line.split(" -X ").nth(1).map(|rest| rest.split_whitespace().next().expect("a method"));
    let method = method.unwrap_or(if body.is_some() { "POST" } else { "GET" });
    Shown {
        method: method.parse().expect("a method"),
        port: port.parse().expect("a port"),
        path: format!("/{path}"),
        body: body.map(|body| serde_json::from_str(body).expect("JSON")),
        output: serde_json::from_str(output)
            .unwrap_or_else(|error| panic!("{error} in the output of {line}: {output}")),
    }
}

#[tokio::test]
async fn the_calls_in_the_readme_are_answered_as_shown() {
    let readme = fs::read_to_string(repository().join("README.md")).expect("the README");
    // Ports in a row, as the default ones are: the order of the services is that of their ports.
    let first = free_ports();
    let gateway = Gateway::start_with(&["--service-ports", &first.to_string()]);
    let calls = shown(&readme);
    assert!(calls.len() >= 8, "{calls:?}");
    for call in calls {
        let to = match call.port {
            8000 => gateway.address(),
            port @ 8001..=8003 => SocketAddr::new(gateway.address().ip(), first + port - 8001),
            8004 => dropped_in(&gateway).await,
            other => panic!("nobody serves on {other}"),
        };
        let answer = gateway.send_to(to, call.method.clone(), &call.path, call.body.clone()).await.json();
        assert_eq!(answer, call.output, "{call:?}");
    }
}

/// Drops in the plugin that the README builds, and returns where it answers.
async fn dropped_in(gateway: &Gateway) -> SocketAddr {
    gateway.drop_in(&guest("counter"), "counter.wasm");
    eventually("it serves", async || gateway.port_of("vowel-counter").await.is_some()).await;
    gateway.port_of("vowel-counter").await.expect("a port")
}

#[test]
fn the_configuration_in_the_readme_is_one() {
    let readme = fs::read_to_string(repository().join("README.md")).expect("the README");
    let example =
        readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("gloss.toml");
    fs::write(&file, example).expect("a file");
    let component = guest("counter");
    let arguments =
        ["check", component.to_str().expect("a path"), "--config", file.to_str().expect("a path")];
    assert!(run(&arguments).status.success());
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    let guide = ["standard", "rust", "javascript", "python"].map(|page| format!("plugins/guide/{page}.md"));
    let documents = [
        "README.md",
        "plugins/README.md",
        "plugins/examples/README.md",
        "host/ARCHITECTURE.md",
        "CHANGELOG.md",
    ];
    for document in documents.map(str::to_owned).into_iter().chain(guide) {
        let path = repository().join(&document);
        let text = fs::read_to_string(&path).expect("the document");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.starts_with("http") && !link.starts_with('#')) {
            let file = link.split('#').next().expect("a file");
            let target = path.parent().expect("a folder").join(file);
            assert!(target.exists(), "{document}: {link}");
        }
    }
}
