//! The container files, as far as they can be tested without a container: what they name is there, and
//! they agree with each other and with the program's defaults.

use std::fs;

use crate::harness::{repository, run};

fn read(file: &str) -> String {
    fs::read_to_string(repository().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The words of the lines that begin with an instruction, line continuations joined.
fn instructions(dockerfile: &str, name: &str) -> Vec<Vec<String>> {
    let joined = dockerfile.replace("\\\n", " ");
    let lines =
        joined.lines().filter_map(|line| line.strip_prefix(name)).filter(|rest| rest.starts_with(' '));
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

#[test]
fn what_is_copied_is_there() {
    let dockerfile = read("host/Dockerfile");
    for words in instructions(&dockerfile, "COPY") {
        let (_, sources) = words.split_last().expect("a target");
        if sources.iter().any(|word| word.starts_with("--from=")) {
            continue;
        }
        for source in sources {
            assert!(repository().join(source).exists(), "{source}");
        }
    }
    let ignored = read("host/Dockerfile.dockerignore");
    assert!(ignored.lines().any(|line| line == "target"), "{ignored}");
}

#[test]
fn the_toolchain_is_the_pinned_one() {
    let pinned: toml::Value = toml::from_str(&read("rust-toolchain.toml")).expect("TOML");
    let channel = pinned["toolchain"]["channel"].as_str().expect("a channel").to_owned();
    let dockerfile = read("host/Dockerfile");
    assert!(dockerfile.contains(&format!("FROM rust:{channel}-")), "{channel}");
}

#[test]
fn the_image_is_small_and_runs_without_root() {
    let dockerfile = read("host/Dockerfile");
    let last = dockerfile.rsplit("\nFROM ").next().expect("a stage");
    assert!(last.starts_with("gcr.io/distroless/"), "{last}");
    let user = instructions(last, "USER").concat();
    assert!(user.iter().all(|user| user != "root" && user != "0") && user.len() == 1);
    assert!(instructions(last, "RUN").is_empty());
}

#[test]
fn options_in_the_container_files_exist() {
    let help = String::from_utf8(run(&["serve", "--help"]).stdout).expect("UTF-8");
    let files = [read("host/Dockerfile"), read("docker-compose.yml")].concat();
    let mut variables = 0;
    for (at, _) in files.match_indices("GLOSS_") {
        let name: String = files[at..].chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
        assert!(help.contains(&name), "{name}");
        variables += 1;
    }
    assert!(variables >= 3);
}

#[test]
fn ports_agree_with_the_defaults() {
    let compose = read("docker-compose.yml");
    let dockerfile = read("host/Dockerfile");
    let exposed = instructions(&dockerfile, "EXPOSE").concat();
    assert_eq!(exposed, ["8000", "8001", "8002", "8003"]);
    for port in exposed {
        assert!(compose.contains(&format!("- \"{port}:{port}\"")), "{port}");
    }
    // No option sets another port inside.
    assert!(!compose.contains("GLOSS_PORT") && !dockerfile.contains("GLOSS_PORT"));
    assert!(!compose.contains("GLOSS_SERVICE_PORTS") && !dockerfile.contains("GLOSS_SERVICE_PORTS"));
}

#[test]
fn the_composition_is_as_promised() {
    let compose = read("docker-compose.yml");
    for part in [
        "dockerfile: host/Dockerfile",
        "read_only: true",
        "healthcheck:",
        "\"probe\"",
        "/plugins:ro",
        "gloss-state:/state",
    ] {
        assert!(compose.contains(part), "{part}");
    }
    let dockerfile = read("host/Dockerfile");
    assert!(dockerfile.contains("GLOSS_BIND=0.0.0.0"));
    assert!(dockerfile.contains("GLOSS_PLUGINS=/plugins") && dockerfile.contains("GLOSS_STATE=/state"));
}
