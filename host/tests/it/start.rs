//! Starting and stopping: what is wrong is one sentence and a status that is not zero.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::json;

use crate::harness::{Gateway, PATIENCE, eventually, guest, run};

/// Runs the program, which must not start, and returns its one sentence.
fn complaint(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let state = folder.path().join("state");
    let state = state.to_str().expect("a path");
    let output = run(&[arguments, &["--state", state, "--port", "0"]].concat());
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let complaint = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
    complaint
}

#[test]
fn a_taken_port_is_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = run(&["--port", &port, "--service-ports", "off"]);
    assert!(!output.status.success());
    let complaint = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(complaint.contains(&port) && complaint.contains("--port"), "{complaint}");
    assert_eq!(complaint.trim_end().lines().count(), 1);
    assert!(complaint_of_service_port(&port).contains("sentiment-analysis"));
}

fn complaint_of_service_port(port: &str) -> String {
    complaint(&["--service-ports", port])
}

#[test]
fn an_unusable_folder_is_one_sentence() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    let file = file.to_str().expect("a path");
    let plugins = complaint(&["--plugins", file, "--service-ports", "off"]);
    assert!(plugins.contains("the plugin folder") && plugins.contains(file), "{plugins}");
    let output = run(&["--state", file, "--port", "0", "--service-ports", "off"]);
    let state = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!output.status.success() && state.contains("the state folder"), "{state}");
}

#[test]
fn a_bad_option_is_said() {
    for (arguments, part) in [
        (&["--prot", "1"][..], "--prot"),
        (&["--port", "70000"], "70000"),
        (&["--service-ports", "some"], "off"),
        (&["--bind", "here"], "here"),
        (&["--log-format", "xml"], "xml"),
        (&["frobnicate"], "frobnicate"),
    ] {
        let output = run(arguments);
        let complaint = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(!output.status.success() && complaint.contains(part), "{arguments:?}: {complaint}");
        assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
    }
    assert!(complaint(&["--log", "gloss=loud", "--service-ports", "off"]).contains("--log"));
}

#[test]
fn a_bad_configuration_is_one_sentence() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("gloss.toml");
    let path = file.to_str().expect("a path");
    assert!(complaint(&["--config", path]).contains("cannot be read"));
    fs::write(&file, "[services.Word]\n").expect("a file");
    assert!(complaint(&["--config", path]).contains("`services.Word`"));
    for (wrong, part) in [
        ("port = 1\nprot = 8000", "line 2"),
        ("port = \"a\"", "line 1"),
        ("[defaults]\nport = 1", "`defaults`"),
        ("[defaults]\nconcurrency = 9223372036854775807", "`concurrency`"),
    ] {
        fs::write(&file, wrong).expect("a file");
        let said = complaint(&["--config", path]);
        assert!(said.contains(part), "{said}");
    }
    fs::write(&file, "[services.word-count]\nsettings = { speed = 1 }\n").expect("a file");
    assert!(complaint(&["--config", path, "--service-ports", "off"]).contains("`speed`"));
}

#[test]
fn a_damaged_state_is_one_sentence_and_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("state.json"), "{").expect("a file");
    let output =
        run(&["--state", folder.path().to_str().expect("a path"), "--port", "0", "--service-ports", "off"]);
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).expect("UTF-8").contains("damaged"));
    assert_eq!(fs::read(folder.path().join("state.json")).expect("it is there"), b"{");
}

#[test]
fn help_and_version_are_told() {
    for (option, part) in [("--help", "--service-ports"), ("--version", env!("CARGO_PKG_VERSION"))] {
        let output = run(&[option]);
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).expect("UTF-8").contains(part));
    }
}

#[tokio::test]
async fn a_cache_that_others_can_write_to_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache");
    fs::create_dir(&cache).expect("a folder");
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).expect("they are set");
    let gateway = Gateway::start_in(folder, &[]);
    gateway.analyze("word-count", "it serves all the same").await.ok();
    assert!(gateway.log().contains("open to other users"), "{}", gateway.log());
    assert_eq!(fs::read_dir(cache).expect("a folder").count(), 0);
}

#[tokio::test]
async fn options_come_from_the_environment_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_gloss"))
        .env("GLOSS_STATE", folder.path())
        .env("GLOSS_PORT", "70000")
        .output()
        .expect("the program starts");
    assert!(String::from_utf8(output.stderr).expect("UTF-8").contains("70000"));
}

/// Has the hostile guest do something, and leaves its answer to be read.
fn begin(gateway: &Gateway, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(gateway.address()).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let body = json!({"service": "hostile", "text": text}).to_string();
    let head = "POST /analyze HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length:";
    write!(stream, "{head} {}\r\n\r\n{body}", body.len()).expect("it is sent");
    stream
}

#[tokio::test]
async fn a_signal_lets_requests_finish() {
    let mut gateway =
        Gateway::start_configured("drain-deadline-ms = 60000\n[services.hostile]\ndeadline-ms = 3000\n");
    gateway.drop_in(&guest("hostile"), "hostile.wasm");
    eventually("the guest serves", async || gateway.status_of("hostile").await.is_some()).await;
    // Three seconds until the deadline: it is still running when the signal comes.
    let mut stream = begin(&gateway, "loop");
    tokio::time::sleep(Duration::from_millis(300)).await;
    gateway.signal("TERM");
    eventually("it takes no new connections", async || TcpStream::connect(gateway.address()).is_err()).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer comes whole");
    assert!(answer.starts_with("HTTP/1.1 504") && answer.contains("deadline_exceeded"), "{answer}");
    assert!(gateway.wait().success());
}

#[tokio::test]
async fn who_has_asked_before_the_signal_is_answered() {
    let mut gateway = Gateway::start();
    let body = r#"{"service": "word-count", "text": "a b"}"#;
    let head = "POST /analyze HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length:";
    let ask = |_| {
        let mut stream = TcpStream::connect(gateway.address()).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        write!(stream, "{head} {}\r\n\r\n{body}", body.len()).expect("it is sent");
        stream
    };
    let streams: Vec<TcpStream> = (0..50).map(ask).collect();
    gateway.signal("TERM");
    for mut stream in streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the answer comes whole");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"result\":2"), "{answer}");
    }
    assert!(gateway.wait().success());
}

#[tokio::test]
async fn a_second_signal_leaves_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = folder.path().join("gloss.toml");
    fs::write(&config, "drain-deadline-ms = 3600000\n[defaults]\ndeadline-ms = 3600000\n").expect("a file");
    let config = config.to_str().expect("a path").to_owned();
    let mut gateway = Gateway::start_in(folder, &["--config", &config]);
    gateway.drop_in(&guest("hostile"), "hostile.wasm");
    eventually("the guest serves", async || gateway.status_of("hostile").await.is_some()).await;
    let _stream = begin(&gateway, "sleep");
    tokio::time::sleep(Duration::from_millis(300)).await;
    gateway.signal("INT");
    eventually("it drains", async || gateway.log().contains("stopping")).await;
    gateway.signal("INT");
    assert!(!gateway.wait().success());
}

#[tokio::test]
async fn a_probe_tells_whether_it_is_ready() {
    let gateway = Gateway::start();
    let port = gateway.address().port().to_string();
    for bind in ["127.0.0.1", "0.0.0.0"] {
        assert!(run(&["probe", "--port", &port, "--bind", bind]).status.success());
    }
    drop(gateway);
    let output = run(&["probe", "--port", &port]);
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).expect("UTF-8").contains("nothing answers"));
}

#[tokio::test]
async fn the_log_can_be_json() {
    let gateway = Gateway::start_with(&["--log-format", "json"]);
    gateway.drop_in(&guest("counter"), "counter.wasm");
    eventually("it serves", async || gateway.status_of("vowel-counter").await.is_some()).await;
    eventually("it is logged", async || gateway.log().contains("plugin serves")).await;
    for line in gateway.log().lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
}

#[tokio::test]
#[cfg(unix)]
async fn two_gateways_can_share_compiled_code() {
    let shared = tempfile::tempdir().expect("a temporary folder");
    let cache = shared.path().join("cache");
    std::os::unix::fs::DirBuilderExt::mode(&mut fs::DirBuilder::new(), 0o700)
        .create(&cache)
        .expect("a folder");
    let start = || {
        let state = tempfile::tempdir().expect("a temporary folder");
        std::os::unix::fs::symlink(&cache, state.path().join("cache")).expect("a link");
        Gateway::start_in(state, &[])
    };
    // Both find nothing and write the same three entries.
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(start);
        (start(), one.join().expect("it starts"))
    });
    for gateway in [&one, &other] {
        gateway.drop_in(&guest("counter"), "counter.wasm");
    }
    for gateway in [&one, &other] {
        assert_eq!(gateway.analyze("word-count", "a b").await.ok()["result"], 2);
        eventually("the guest serves", async || gateway.status_of("vowel-counter").await.is_some()).await;
    }
    let entries = || {
        let names = fs::read_dir(&cache).expect("a cache").map(|entry| entry.expect("an entry").path());
        names.filter(|path| path.extension().is_some_and(|extension| extension == "cwasm")).count()
    };
    assert_eq!(entries(), 4);
    // What one of them removes is only compiled again.
    fs::read_dir(&cache).expect("a cache").for_each(|entry| {
        fs::remove_file(entry.expect("an entry").path()).expect("it is removed");
    });
    drop(one);
    let third = start();
    assert_eq!(third.analyze("word-count", "a b c").await.ok()["result"], 3);
    assert_eq!(other.analyze("word-count", "a b").await.ok()["result"], 2);
    assert_eq!(entries(), 3);
}

#[tokio::test]
async fn compiled_code_is_kept_and_damage_to_it_does_no_harm() {
    let gateway = Gateway::start();
    let folder = gateway.stop();
    let entries = || {
        fs::read_dir(folder.path().join("cache"))
            .expect("a cache")
            .map(|entry| entry.expect("an entry").path())
    };
    assert_eq!(entries().count(), 3);
    for (entry, damage) in entries().zip([0, 100, 10_000]) {
        let mut bytes = fs::read(&entry).expect("an entry");
        if damage == 0 {
            bytes.truncate(20);
        } else {
            bytes[damage] ^= 1;
        }
        fs::write(&entry, bytes).expect("it is written");
    }
    let damaged: Vec<Vec<u8>> = entries().map(|entry| fs::read(entry).expect("an entry")).collect();
    let gateway = Gateway::start_in(folder, &[]);
    for service in ["sentiment-analysis", "word-count", "entity-recognition"] {
        gateway.analyze(service, "Ada Lovelace").await.ok();
    }
    let folder = gateway.stop();
    let mended = fs::read_dir(folder.path().join("cache")).expect("a cache");
    let mended: Vec<Vec<u8>> =
        mended.map(|entry| fs::read(entry.expect("an entry").path()).expect("an entry")).collect();
    assert!(mended.iter().all(|entry| !damaged.contains(entry)));
}
