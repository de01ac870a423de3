//! The live folder: what lies in it is served, and whatever is put there disturbs nothing else.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::harness::{Gateway, eventually, free_ports, guest, standard_component};
use crate::many::{NAMES, name, named};

async fn serves(gateway: &Gateway, name: &str) {
    eventually(&format!("{name} serves and has a port"), async || gateway.port_of(name).await.is_some())
        .await;
}

/// Which component serves a name, and where it comes from.
async fn component_of(gateway: &Gateway, name: &str) -> Option<[Value; 4]> {
    let status = gateway.status_of(name).await?;
    Some(["source", "file", "sha256", "version"].map(|member| status[member].clone()))
}

async fn version_of(gateway: &Gateway, name: &str) -> Option<String> {
    Some(gateway.status_of(name).await?["version"].as_str()?.to_owned())
}

#[tokio::test]
async fn a_file_becomes_a_service_and_goes_again() {
    let gateway = Gateway::start();
    let file = gateway.drop_in(&guest("counter"), "counter.wasm");
    serves(&gateway, "vowel-counter").await;

    let status = gateway.status_of("vowel-counter").await.expect("a status");
    assert_eq!((&status["source"], &status["file"]), (&json!("file"), &json!(file.to_str())));
    assert!(gateway.service_names().await.contains(&"vowel-counter".to_owned()));
    assert_eq!(gateway.analyze("vowel-counter", "one two").await.ok()["result"], 3);
    let port = gateway.port_of("vowel-counter").await.expect("a port");
    let direct = gateway.send_to(port, Method::POST, "/vowels", Some(json!({"text": "aeiou"}))).await;
    assert_eq!(direct.ok()["result"], 5);

    fs::remove_file(file).expect("it is removed");
    eventually("it is gone", async || gateway.status_of("vowel-counter").await.is_none()).await;
    gateway.analyze("vowel-counter", "text").await.is_problem(404, "unknown_service");
    eventually("its port is closed", async || std::net::TcpStream::connect(port).is_err()).await;
}

#[tokio::test]
async fn a_file_replaces_a_standard_analyzer_and_gives_way_again() {
    let gateway = Gateway::start();
    let port = gateway.announced("word-count");
    let embedded = component_of(&gateway, "word-count").await;
    let sha256 = gateway.status_of("word-count").await.expect("a status")["sha256"].clone();
    // The same component with a section that means nothing, so that it is another file.
    let mut component = fs::read(standard_component("word-count")).expect("a component");
    component.extend([0, 3, 1, b'x', b'y']);
    let file = gateway.plugins().join("mine.wasm");
    fs::write(&file, component).expect("it is written");
    let source = async || gateway.status_of("word-count").await.expect("a status")["source"].clone();
    eventually("the file's serves", async || source().await == "file").await;
    let replaced = gateway.status_of("word-count").await.expect("a status");
    assert_ne!(replaced["sha256"], sha256);
    assert_eq!(replaced["port"], port.port());
    let answer = gateway.send_to(port, Method::POST, "/count", Some(json!({"text": "a b"}))).await;
    assert_eq!(answer.ok()["result"], 2);

    fs::remove_file(file).expect("it is removed");
    eventually("the embedded one's serves again", async || source().await == "embedded").await;
    assert_eq!(component_of(&gateway, "word-count").await, embedded);
}

#[tokio::test]
async fn a_new_version_takes_the_old_ones_place() {
    let gateway = Gateway::start();
    gateway.drop_in(&guest("swap-one"), "swap.wasm");
    serves(&gateway, "swap").await;
    let port = gateway.port_of("swap").await;
    assert_eq!(version_of(&gateway, "swap").await.as_deref(), Some("1.0.0"));
    gateway.drop_in(&guest("swap-two"), "swap.wasm");
    eventually("version 2 serves", async || version_of(&gateway, "swap").await.as_deref() == Some("2.0.0"))
        .await;
    assert_eq!(gateway.port_of("swap").await, port);
    // The route went with the version, on the same port.
    let to = port.expect("a port");
    let call = async |path| gateway.send_to(to, Method::POST, path, Some(json!({"text": "a"}))).await;
    assert_eq!(call("/two").await.ok()["result"], "two");
    call("/one").await.is_problem(404, "unknown_route");
}

/// A client that calls until it is told to stop, at the gateway's port or another, and counts its answers.
/// Not one may fail, and each must come wholly from one version.
fn hammer(
    gateway: &Arc<Gateway>,
    service: &'static str,
    done: &Arc<AtomicBool>,
    answered: &Arc<AtomicUsize>,
) -> JoinHandle<()> {
    let (gateway, done, answered) = (Arc::clone(gateway), Arc::clone(done), Arc::clone(answered));
    tokio::spawn(async move {
        let address = gateway.port_of(service).await.expect("a port");
        while !done.load(Ordering::Relaxed) {
            let answer = match service {
                "word-count" => {
                    gateway.send_to(address, Method::POST, "/count", Some(json!({"text": "text"}))).await.ok()
                }
                _ => gateway.analyze(service, "text").await.ok(),
            };
            let expected = match answer["result"].as_str() {
                Some("one") => json!({"version": "1.0.0", "text": "text"}),
                Some("two") => json!({"version": "2.0.0", "text": "text"}),
                _ => Value::Null,
            };
            assert_eq!(answer["data"], expected, "it is of one version");
            answered.fetch_add(1, Ordering::Relaxed);
        }
    })
}

#[tokio::test]
async fn a_hundred_swaps_under_load_fail_no_request() {
    let gateway = Arc::new(Gateway::start());
    let versions = [guest("swap-one"), guest("swap-two")];
    gateway.drop_in(&versions[0], "swap.wasm");
    serves(&gateway, "swap").await;
    let (done, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let services = ["swap", "swap", "word-count", "sentiment-analysis"];
    let clients: Vec<_> =
        services.into_iter().map(|service| hammer(&gateway, service, &done, &answered)).collect();
    for swap in 1..=100 {
        let component = &versions[swap % 2];
        // Half of the swaps write over the file, half put another in its place.
        if swap % 4 < 2 {
            gateway.drop_in(component, "swap.wasm");
        } else {
            let partial = gateway.drop_in(component, ".swap.partial");
            fs::rename(partial, gateway.plugins().join("swap.wasm")).expect("it is renamed");
        }
        let expected = ["1.0.0", "2.0.0"][swap % 2];
        eventually("the other version serves", async || {
            version_of(&gateway, "swap").await.as_deref() == Some(expected)
        })
        .await;
        if swap % 10 == 0 {
            // Another comes and goes meanwhile.
            let other = gateway.drop_in(&guest("counter"), "counter.wasm");
            serves(&gateway, "vowel-counter").await;
            fs::remove_file(other).expect("it is removed");
        }
    }
    // A service that only a file has goes on when the file gets another name.
    let renamed = gateway.plugins().join("renamed.wasm");
    fs::rename(gateway.plugins().join("swap.wasm"), &renamed).expect("it is renamed");
    eventually("the renamed file serves", async || {
        gateway.status_of("swap").await.expect("it never goes")["file"] == json!(renamed.to_str())
    })
    .await;
    done.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("no request failed");
    }
    assert!(answered.load(Ordering::Relaxed) > 100);
}

#[tokio::test]
async fn a_service_keeps_its_port_and_every_request_through_swaps() {
    let gateway = Arc::new(Gateway::start());
    let port = gateway.announced("word-count");
    let done = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..3)
        .map(|_| {
            let (gateway, done) = (Arc::clone(&gateway), Arc::clone(&done));
            tokio::spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    let body = Some(json!({"text": "a b"}));
                    assert_eq!(gateway.send_to(port, Method::POST, "/count", body).await.ok()["result"], 2);
                }
            })
        })
        .collect();
    let component = fs::read(standard_component("word-count")).expect("a component");
    let marked = |mark: u8| [&component[..], &[0, 3, 1, b'x', mark]].concat();
    let (mine, other) = (gateway.plugins().join("mine.wasm"), gateway.plugins().join("other.wasm"));
    let embedded = component_of(&gateway, "word-count").await;
    // Added, replaced, renamed, taken over by another file, removed.
    let changes: [&dyn Fn(); 5] = [
        &|| fs::write(&mine, marked(b'1')).expect("it is written"),
        &|| fs::write(&mine, marked(b'2')).expect("it is written"),
        &|| fs::rename(&mine, &other).expect("it is renamed"),
        &|| {
            fs::write(&mine, marked(b'3')).expect("it is written");
            fs::remove_file(&other).expect("it is removed");
        },
        &|| fs::remove_file(&mine).expect("it is removed"),
    ];
    for (step, change) in changes.iter().enumerate() {
        let before = component_of(&gateway, "word-count").await;
        change();
        eventually("the change has taken effect", async || {
            component_of(&gateway, "word-count").await != before
        })
        .await;
        let source = gateway.status_of("word-count").await.expect("a status")["source"].clone();
        assert_eq!(source, ["file", "file", "file", "file", "embedded"][step], "step {step}");
    }
    assert_eq!(component_of(&gateway, "word-count").await, embedded);
    done.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("no request failed");
    }
    assert_eq!(gateway.port_of("word-count").await, Some(port));
}

/// Puts `bytes` into the folder and returns why they are refused.
async fn refusal(gateway: &Gateway, name: &str, bytes: &[u8]) -> String {
    fs::write(gateway.plugins().join(name), bytes).expect("it is written");
    eventually(&format!("{name} is refused"), async || gateway.refusal_of(name).await.is_some()).await;
    assert_eq!(gateway.analyze("word-count", "a b").await.ok()["result"], 2);
    gateway.refusal_of(name).await.expect("a reason")
}

#[tokio::test]
async fn wrong_files_are_refused_by_name_and_with_a_reason() {
    let gateway = Gateway::start();
    let sound = fs::read(guest("counter")).expect("a component");
    let component = |text: &str| wat::parse_str(text).expect("it is WAT");
    let wrong: [(&str, Vec<u8>); 10] = [
        ("empty.wasm", vec![]),
        ("half.wasm", sound[..sound.len() / 2].to_vec()),
        ("core.wasm", component("(module)")),
        ("text.wasm", b"not WebAssembly at all".to_vec()),
        ("world.wasm", component("(component)")),
        ("http.wasm", component(r#"(component (import "wasi:http/types@0.2.6" (instance)))"#)),
        (
            "next.wasm",
            component(r#"(component (instance $a) (export "gloss:analyzer/analyzer@2.0.0" (instance $a)))"#),
        ),
        (
            "unknown.wasm",
            component(
                r#"(component (import "wasi:io/other@0.2.6" (instance (export "f" (func)))) (instance $a) (export "gloss:analyzer/analyzer@1.0.0" (instance $a)))"#,
            ),
        ),
        (
            "types.wasm",
            component(r#"(component (instance $a) (export "gloss:analyzer/analyzer@1.0.0" (instance $a)))"#),
        ),
        ("broken.wasm", [b"\0asm\x0d\0\x01\0".to_vec(), vec![0xff; 100]].concat()),
    ];
    let mut reasons = String::new();
    for (name, bytes) in wrong {
        reasons += &format!("{name}: {}\n", refusal(&gateway, name, &bytes).await);
    }
    for name in ["drifted", "no-example", "reserved-path", "failing-example"] {
        let bytes = fs::read(guest(name)).expect("a component");
        reasons += &format!("{name}.wasm: {}\n", refusal(&gateway, &format!("{name}.wasm"), &bytes).await);
    }
    // How a guest's runtime gets to its abort is not ours to keep.
    let reasons = reasons.split(" in abort").next().expect("a part").to_owned();
    insta::assert_snapshot!(reasons);
    assert_eq!(gateway.service_names().await.len(), 3);
}

#[tokio::test]
async fn a_bad_version_never_displaces_a_good_one() {
    let gateway = Gateway::start();
    gateway.drop_in(&guest("swap-one"), "swap.wasm");
    serves(&gateway, "swap").await;
    refusal(&gateway, "swap.wasm", b"oops").await;
    assert_eq!(gateway.analyze("swap", "a").await.ok()["result"], "one");
    gateway.drop_in(&guest("swap-two"), "swap.wasm");
    eventually("the next good one serves", async || {
        version_of(&gateway, "swap").await.as_deref() == Some("2.0.0")
    })
    .await;
    assert_eq!(gateway.refusal_of("swap.wasm").await, None);
}

#[tokio::test]
async fn a_slow_copy_is_waited_for() {
    let gateway = Gateway::start();
    let component = fs::read(guest("counter")).expect("a component");
    let file = gateway.plugins().join("counter.wasm");
    let mut written = fs::File::create(&file).expect("a file");
    for part in component.chunks(component.len() / 6) {
        std::io::Write::write_all(&mut written, part).expect("it is written");
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(gateway.refusal_of("counter.wasm").await, None);
    }
    serves(&gateway, "vowel-counter").await;
    assert!(!gateway.log().contains("refused"), "{}", gateway.log());
}

#[tokio::test]
async fn what_is_not_meant_as_a_plugin_is_left_alone() {
    let gateway = Gateway::start();
    let component = guest("counter");
    gateway.drop_in(&component, ".hidden.wasm");
    gateway.drop_in(&component, "counter.wasm.bak");
    fs::create_dir(gateway.plugins().join("folder.wasm")).expect("a folder");
    fs::create_dir(gateway.plugins().join("deeper")).expect("a folder");
    gateway.drop_in(&component, "deeper/counter.wasm");
    gateway.drop_in(&guest("swap-one"), "swap.wasm");
    serves(&gateway, "swap").await;
    assert_eq!(gateway.status_of("vowel-counter").await, None);
    let listed = gateway.get("/v1/services").await.ok();
    let refused = |service: &&Value| service["state"] == "refused";
    assert_eq!(listed.as_array().expect("a list").iter().find(refused), None);
}

#[tokio::test]
async fn a_name_is_served_from_one_file() {
    let gateway = Gateway::start();
    let first = gateway.drop_in(&guest("swap-one"), "a.wasm");
    serves(&gateway, "swap").await;
    gateway.drop_in(&guest("swap-two"), "b.wasm");
    eventually("the second is refused", async || gateway.refusal_of("b.wasm").await.is_some()).await;
    let reason = gateway.refusal_of("b.wasm").await.expect("a reason");
    assert!(reason.contains("`swap`") && reason.contains("a.wasm"), "{reason}");
    assert_eq!(gateway.analyze("swap", "a").await.ok()["result"], "one");

    fs::remove_file(first).expect("it is removed");
    eventually("the second serves", async || version_of(&gateway, "swap").await.as_deref() == Some("2.0.0"))
        .await;
    assert_eq!(gateway.refusal_of("b.wasm").await, None);
}

#[tokio::test]
async fn two_files_can_exchange_their_names() {
    let gateway = Gateway::start();
    gateway.drop_in(&guest("swap-one"), "a.wasm");
    gateway.drop_in(&guest("counter"), "b.wasm");
    serves(&gateway, "swap").await;
    serves(&gateway, "vowel-counter").await;
    gateway.drop_in(&guest("counter"), "a.wasm");
    gateway.drop_in(&guest("swap-two"), "b.wasm");
    eventually("b serves what a served", async || {
        version_of(&gateway, "swap").await.as_deref() == Some("2.0.0")
    })
    .await;
    let file = gateway.status_of("vowel-counter").await.expect("a status")["file"].clone();
    assert_eq!(file, json!(gateway.plugins().join("a.wasm").to_str()));
    assert_eq!((gateway.refusal_of("a.wasm").await, gateway.refusal_of("b.wasm").await), (None, None));
}

#[tokio::test]
async fn a_name_that_is_registered_is_refused_to_a_file() {
    let gateway = Gateway::start();
    gateway.post("/services", json!({"name": "swap", "url": "http://127.0.0.1:9"})).await.ok();
    gateway.drop_in(&guest("swap-one"), "swap.wasm");
    eventually("it is refused", async || gateway.refusal_of("swap.wasm").await.is_some()).await;
    assert!(gateway.refusal_of("swap.wasm").await.expect("a reason").contains("DELETE /services/swap"));
    gateway.send(Method::DELETE, "/services/swap", None).await.ok();
    eventually("it serves", async || version_of(&gateway, "swap").await.is_some()).await;
}

#[tokio::test]
async fn a_folder_that_vanishes_takes_nothing_with_it() {
    let gateway = Gateway::start();
    gateway.drop_in(&guest("swap-one"), "swap.wasm");
    serves(&gateway, "swap").await;
    let (here, away) = (gateway.plugins(), gateway.plugins().with_file_name("away"));
    fs::rename(&here, &away).expect("it is moved");
    eventually("it is noticed", async || gateway.log().contains("cannot be read")).await;
    assert_eq!(gateway.analyze("swap", "a").await.ok()["result"], "one");
    fs::rename(&away, &here).expect("it is moved back");
    gateway.drop_in(&guest("counter"), "counter.wasm");
    serves(&gateway, "vowel-counter").await;
}

#[tokio::test]
async fn a_port_is_kept_across_restarts() {
    // Ports in a fixed range, since the system's choice would not come back by itself.
    let free = free_ports();
    let first = free.to_string();
    let options = ["--service-ports", first.as_str()];
    let gateway = Gateway::start_with(&options);
    gateway.drop_in(&guest("counter"), "counter.wasm");
    serves(&gateway, "vowel-counter").await;
    gateway.drop_in(&guest("swap-one"), "swap.wasm");
    serves(&gateway, "swap").await;
    let port = async |gateway: &Gateway, name| gateway.port_of(name).await.expect("a port").port();
    assert_eq!((port(&gateway, "vowel-counter").await, port(&gateway, "swap").await), (free + 3, free + 4));

    // The one that had the first port is gone, and the other keeps the second.
    fs::remove_file(gateway.plugins().join("counter.wasm")).expect("it is removed");
    let gateway = Gateway::start_in(gateway.stop(), &options);
    assert_eq!(port(&gateway, "swap").await, free + 4);

    // Someone else has its port: it gets another, says so, and has its own back after the next start.
    let folder = gateway.stop();
    let squatter = std::net::TcpListener::bind(("127.0.0.1", free + 4)).expect("the port is free");
    let gateway = Gateway::start_in(folder, &options);
    let status = gateway.status_of("swap").await.expect("a status");
    assert_ne!(status["port"], free + 4);
    assert_eq!(status["port_instead_of"], free + 4);
    assert_eq!(gateway.analyze("swap", "a").await.ok()["result"], "one");
    drop(squatter);
    let gateway = Gateway::start_in(gateway.stop(), &options);
    assert_eq!(port(&gateway, "swap").await, free + 4);
}

#[tokio::test]
async fn a_large_component_is_not_even_read() {
    let gateway = Gateway::start_with(&["--component-bytes", "8000000"]);
    let reason = refusal(&gateway, "large.wasm", &vec![0; 8_000_001]).await;
    assert!(reason.contains("8000001") && reason.contains("--component-bytes"), "{reason}");
}

#[tokio::test]
async fn touching_a_file_loads_nothing_again() {
    let gateway = Gateway::start();
    let file = gateway.drop_in(&guest("swap-one"), "swap.wasm");
    serves(&gateway, "swap").await;
    touch(&file);
    gateway.drop_in(&guest("counter"), "counter.wasm");
    serves(&gateway, "vowel-counter").await;
    let loads = gateway.log().matches("service=swap version").count();
    assert_eq!(loads, 1, "{}", gateway.log());
    assert_eq!(gateway.analyze("swap", "a").await.ok()["result"], "one");
}

fn touch(file: &Path) {
    let opened = fs::File::options().append(true).open(file).expect("the file");
    opened.set_modified(std::time::SystemTime::now()).expect("its time is set");
}

#[tokio::test]
async fn a_file_goes_by_its_own_name_until_it_has_told_another() {
    let gateway = Gateway::start();
    let state = async |name: &str| gateway.get(&format!("/v1/services/{name}")).await.json();
    // It never tells its name.
    let file = gateway.drop_in(&guest("endless"), "endless.wasm");
    eventually("it is being judged", async || state("endless").await["state"] == "loading").await;
    assert_eq!(state("endless").await["file"], file.to_str().expect("a path"));
    // Nor does what is to take the place of one that serves.
    gateway.drop_in(&guest("counter"), "counter.wasm");
    serves(&gateway, "vowel-counter").await;
    assert_eq!(state("vowel-counter").await["newest"], Value::Null);
    gateway.drop_in(&guest("endless"), "counter.wasm");
    eventually("the newest is being judged", async || {
        state("vowel-counter").await["newest"]["state"] == "loading"
    })
    .await;
    assert_eq!(state("vowel-counter").await["state"], "serving");
    assert_eq!(gateway.analyze("vowel-counter", "one two").await.ok()["result"], 3);
    assert_eq!(state("nobody").await["code"], "unknown_service");
    // One that is meant to take over from a service that has another origin.
    gateway.drop_in(&guest("endless"), "word-count.wasm");
    eventually("it is being judged too", async || {
        let newest = state("word-count").await["newest"].clone();
        newest["state"] == "loading" && newest["file"].as_str().expect("a file").ends_with("word-count.wasm")
    })
    .await;
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_judged_is_loading_until_its_last_content_is() {
    let gateway = Gateway::start_configured("[defaults]\ndeadline-ms = 1000\n");
    let state = async || gateway.get("/v1/services/plugin").await.json();
    gateway.drop_in(&guest("endless"), "plugin.wasm");
    eventually("it is being judged", async || state().await["state"] == "loading").await;
    gateway.drop_in(&guest("counter"), "plugin.wasm");
    // At no time is there neither a file nor a service.
    eventually("it serves", async || {
        let seen = state().await;
        let served = gateway.status_of("vowel-counter").await.is_some();
        assert!(
            served || ["loading", "refused"].contains(&seen["state"].as_str().expect("a state")),
            "{seen}"
        );
        served
    })
    .await;
}

#[tokio::test]
async fn the_newest_content_of_a_file_tells_why_it_does_not_serve() {
    let gateway = Gateway::start_configured("[defaults]\ndeadline-ms = 500\n");
    let state = async |name: &str| gateway.get(&format!("/v1/services/{name}")).await.json();
    gateway.drop_in(&guest("counter"), "counter.wasm");
    serves(&gateway, "vowel-counter").await;
    gateway.drop_in(&guest("endless"), "counter.wasm");
    eventually("the newest is refused", async || {
        state("vowel-counter").await["newest"]["state"] == "refused"
    })
    .await;
    let newest = state("vowel-counter").await["newest"].clone();
    let reason = "its `describe` fails: the analysis took longer than 500 ms; have it do less, or give it more time (`deadline-ms`)";
    assert_eq!(newest["reason"], reason);
    assert_eq!(gateway.analyze("vowel-counter", "one two").await.ok()["result"], 3);
    // By the file's name too.
    assert_eq!(state("counter").await["reason"], reason);
    gateway.drop_in(&guest("counter"), "counter.wasm");
    eventually("it is as it was", async || state("vowel-counter").await["newest"] == Value::Null).await;
}

#[tokio::test]
async fn many_plugins_are_served_on_one_port() {
    const MANY: usize = 40;
    let gateway = Gateway::start_with(&["--service-ports", "off"]);
    let counter = fs::read(guest("counter")).expect("a guest");
    for number in 0..MANY {
        fs::write(gateway.plugins().join(format!("{number}.wasm")), named(&counter, number)).expect("a file");
    }
    eventually("all are served", async || {
        let names = gateway.service_names().await;
        names.iter().filter(|name| name.starts_with(NAMES)).count() == MANY
    })
    .await;
    for number in 0..MANY {
        let status = gateway.status_of(&name(number)).await.expect("a status");
        assert_eq!((&status["state"], &status["port"]), (&json!("serving"), &Value::Null));
        assert_eq!(gateway.analyze(&name(number), "one two").await.ok()["result"], 3);
    }
}
