//! What authors of plugins are given: projects that build, golden cases, measurements.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use futures_util::future::join_all;

use crate::component;
use crate::harness::{Gateway, eventually, foreign_guest, guest, program, repository, run, target_folder};

/// Makes a project in a folder, and returns the folder of the project.
fn new(folder: &Path, name: &str, language: &str) -> PathBuf {
    let output = program()
        .current_dir(folder)
        .args(["new", name, "--language", language])
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder.join(name)
}

/// A component from a new project in Rust, built as its README says but for the network.
fn built(folder: &Path, name: &str) -> PathBuf {
    let project = new(folder, name, "rust");
    build(&project, name, &[])
}

/// Builds a project with some environment.
fn build(project: &Path, name: &str, environment: &[(&str, &str)]) -> PathBuf {
    // The versions of this repository, which are on this machine already.
    fs::copy(repository().join("Cargo.lock"), project.join("Cargo.lock")).expect("a copy");
    let target = target_folder().join("guests/new");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(project).args(["build", "--release", "--offline", "--target-dir"]).arg(&target);
    cargo.envs(environment.iter().copied());
    let output = cargo.output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    target.join("wasm32-wasip2/release").join(name.replace('-', "_")).with_extension("wasm")
}

/// What a command says of a file, and whether it succeeds.
fn said(command: &str, file: &Path, options: &[&str]) -> (String, bool) {
    let output = run(&[&[command, file.to_str().expect("a path")], options].concat());
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8(said).expect("UTF-8"), output.status.success())
}

#[tokio::test]
async fn a_new_project_in_rust_is_served_as_it_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = built(folder.path(), "loud-words");
    let (report, sound) = said("check", &file, &[]);
    assert!(sound && report.contains("serves as `loud-words` 0.1.0"), "{report}");
    assert!(!report.contains("Warnings"), "{report}");
    let cases = folder.path().join("loud-words/cases.toml");
    let (report, holds) = said("test", &file, &["--cases", cases.to_str().expect("a path")]);
    assert!(holds && report.contains("6 of 6 cases hold"), "{report}");
    let gateway = Gateway::start();
    gateway.drop_in(&file, "loud.wasm");
    eventually("it serves", async || gateway.status_of("loud-words").await.is_some()).await;
    assert_eq!(gateway.analyze("loud-words", "HELP me").await.ok()["result"][0]["text"], "HELP");
}

#[tokio::test]
async fn a_trap_has_files_and_lines_where_the_component_knows_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = new(folder.path(), "breaking", "rust");
    let source = project.join("src/lib.rs");
    let template = fs::read_to_string(&source).expect("a file");
    let line = "        let letters = letters(&options);";
    let place = template.lines().position(|other| other == line).expect("a line of the template") + 1;
    let broken = format!("        assert!(document.text != \"HELP\", \"the sky is green\");{line}");
    fs::write(&source, template.replace(line, &broken)).expect("a file");
    let file = build(&project, "breaking", &[("CARGO_PROFILE_RELEASE_DEBUG", "line-tables-only")]);
    let line = format!("src/lib.rs:{place})");

    let cases = folder.path().join("cases.toml");
    fs::write(&cases, "[[case]]\nname = \"it breaks\"\ntext = \"HELP\"\nanswer.result = []\n")
        .expect("a file");
    let (report, holds) = said("test", &file, &["--cases", cases.to_str().expect("a path")]);
    assert!(!holds && report.contains(&line) && report.contains("the sky is green"), "{report}");

    for (configuration, shown) in [("", false), ("show-guest-output = true\n", true)] {
        let gateway = Gateway::start_configured(configuration);
        gateway.drop_in(&file, "breaking.wasm");
        eventually("it serves", async || gateway.status_of("breaking").await.is_some()).await;
        gateway.analyze("breaking", "HELP").await.is_problem(502, "analyzer_trapped");
        let failure = gateway.status_of("breaking").await.expect("a status")["last_failure"].clone();
        let functions = failure["functions"].to_string();
        assert!(functions.contains("analyze"), "{functions}");
        assert_eq!(functions.contains(&line), shown, "{functions}");
        assert!(!gateway.log().contains("the sky is green"));
    }
}

#[test]
fn every_language_has_a_whole_project() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let contract = fs::read_to_string(repository().join("wit/analyzer.wit")).expect("the contract");
    for (language, source) in [("rust", "src/lib.rs"), ("javascript", "analyzer.js"), ("python", "app.py")] {
        let of_its_own = folder.path().join(language);
        fs::create_dir(&of_its_own).expect("a folder");
        let project = new(&of_its_own, "shout", language);
        assert_eq!(fs::read_to_string(project.join("wit/analyzer.wit")).expect("a file"), contract);
        for file in [source, "README.md", ".gitignore", "cases.toml"] {
            let text = fs::read_to_string(project.join(file)).expect("a file");
            assert!(!text.contains("{{") && !text.is_empty(), "{file}: {text}");
        }
        // What its README says to type is what the page of its language begins with, which `from-nothing` types.
        let readme = fs::read_to_string(project.join("README.md")).expect("a file");
        let page = repository().join("plugins/guide").join(language).with_extension("md");
        let page = fs::read_to_string(page).expect("a page");
        let all = commands(&page);
        assert_eq!(all[..2], [format!("gloss new shout --language {language}").as_str(), "cd shout"]);
        let project_commands = commands(&readme);
        assert!(project_commands.len() >= 6, "{readme}");
        assert_eq!(project_commands, all[2..2 + project_commands.len()]);
    }
}

/// The commands that a document says to type.
fn commands(document: &str) -> Vec<&str> {
    document.lines().filter_map(|line| line.strip_prefix("$ ")).collect()
}

#[test]
fn a_project_that_cannot_be_made_is_one_sentence() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("taken")).expect("a folder");
    fs::write(folder.path().join("taken/file"), "").expect("a file");
    for (arguments, part) in [
        (["taken", "--language", "rust"], "there is something in taken already"),
        (["Bad Name", "--language", "rust"], "`Bad Name` cannot name a service"),
        (["../up", "--language", "rust"], "`../up` cannot name a service"),
        (["good", "--language", "cobol"], "invalid value 'cobol'"),
    ] {
        let output =
            program().current_dir(folder.path()).arg("new").args(arguments).output().expect("it starts");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(!output.status.success() && said.contains(part) && said.lines().count() == 1, "{said}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn cases_that_fail_are_told_place_by_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cases = folder.path().join("cases.toml");
    let write = |text: &str| fs::write(&cases, text).expect("a file");
    let test = || said("test", &guest("hostile"), &["--cases", cases.to_str().expect("a path")]);
    write(
        "[[case]]\nname = \"it holds\"\ntext = \"hello\"\nanswer = {}\n\
         [[case]]\nname = \"it does not\"\ntext = \"hello\"\nanswer = { result = 5, measures.n = 1 }\n\
         [[case]]\nname = \"it panics\"\ntext = \"panic\"\nanswer.result = 1\n",
    );
    let (report, holds) = test();
    assert!(!holds);
    insta::assert_snapshot!(report);
    for (text, part) in
        [("", "there is no [[case]]"), ("[[case]]", "missing field"), ("[[case]]\nname = 1", "cases.toml")]
    {
        write(text);
        let (report, holds) = test();
        assert!(!holds && report.contains(part), "{report}");
    }
}

#[test]
fn a_bench_has_word_count_beside_it() {
    let (report, done) = said("bench", &guest("counter"), &["--turn-ms", "1"]);
    assert!(done, "{report}");
    assert!(report.contains("word-count, fresh") && report.contains("`vowel-counter` reads"), "{report}");
    for size in ["100 B", "1 KiB", "32 KiB", "1 MiB"] {
        let row = report.lines().find(|line| line.starts_with(size)).expect("a row");
        assert!(row.contains("times as long"), "{report}");
    }
    let (report, done) = said("bench", &guest("reserved-path"), &["--turn-ms", "1"]);
    assert!(!done && report.contains("refused"), "{report}");
}

#[tokio::test]
async fn instances_of_what_starts_slowly_wait() {
    let Some(file) = foreign_guest("new-python") else { return };
    for (configuration, ready) in [("", 4), ("[services.shout]\nready-instances = 2\n", 2)] {
        let gateway = Gateway::start_configured(configuration);
        gateway.drop_in(&file, "new.wasm");
        eventually("it serves", async || gateway.status_of("shout").await.is_some()).await;
        let waiting = async || gateway.status_of("shout").await.expect("a status")["ready_instances"].clone();
        eventually("they wait", async || waiting().await == ready).await;
        for text in ["HELP", "or ELSE", "no", "HELP", "or ELSE", "no"] {
            let found = gateway.analyze("shout", text).await.ok()["result"].as_array().expect("spans").len();
            assert_eq!(found, usize::from(text != "no"));
        }
        eventually("others wait", async || waiting().await == ready).await;
    }
    let gateway = Gateway::start_configured("[defaults]\nready-instances = 0\n");
    gateway.drop_in(&file, "new.wasm");
    eventually("it serves", async || gateway.status_of("shout").await.is_some()).await;
    gateway.analyze("shout", "HELP").await.ok();
    assert_eq!(gateway.status_of("shout").await.expect("a status")["ready_instances"], 0);
}

#[tokio::test]
async fn what_remembers_is_not_warmed_with_its_example() {
    let Some(file) = foreign_guest("remembers") else { return };
    let gateway = Gateway::start();
    gateway.drop_in(&file, "remembers.wasm");
    let waiting = async || {
        let status = gateway.status_of("vowel-counter-js").await;
        status.is_some_and(|status| status["ready_instances"].as_u64() > Some(0))
    };
    for _ in 0..8 {
        eventually("one waits", waiting).await;
        // How often its instance was asked before.
        assert_eq!(gateway.analyze("vowel-counter-js", "one").await.ok()["result"], 0);
    }
}

/// Components of the projects that `host/tests/from-nothing` made by following their READMEs.
#[tokio::test]
async fn new_projects_in_every_language_hold_under_load_and_swaps() {
    for name in ["new-rust", "new-javascript", "new-python"] {
        let Some(file) = foreign_guest(name) else { continue };
        hold("shout", &file, "Zoë said HELP, twice: HELP!").await;
    }
}

/// The examples of `plugins/examples`, and a text for each.
fn examples() -> [(&'static str, Option<PathBuf>, &'static str); 3] {
    let selection = ["--package", "redactor"];
    let built = component::build(&repository(), &target_folder(), "small", &selection);
    let redactor = built.unwrap_or_else(|error| panic!("{error}")).join("redactor.wasm");
    assert!(
        fs::metadata(&redactor).expect("it is built").len() < 20_000,
        "it shows how small a plugin can be"
    );
    [
        ("redactor", Some(redactor), "Zoë, zoe@example.org, calls +44 20 7946 0958."),
        (
            "keywords",
            foreign_guest("keywords"),
            "Zoë wrote of linear constraints and natural numbers. #maths",
        ),
        (
            "readability",
            foreign_guest("readability"),
            "Zoë has a cat. It sits on the mat, and is glad of it.",
        ),
    ]
}

#[test]
fn the_examples_are_sound_and_their_cases_hold() {
    for (name, file, _) in examples() {
        let Some(file) = file else { continue };
        let (report, sound) = said("check", &file, &["--json"]);
        assert!(sound, "{report}");
        let report: serde_json::Value = serde_json::from_str(&report).expect("a report");
        let warnings = report["warnings"].as_array().expect("warnings");
        // How long something takes is not for a test to judge.
        let unexpected = |warning: &&serde_json::Value| {
            !["large", "slow-start"].map(Into::into).contains(&warning["kind"])
        };
        assert_eq!(warnings.iter().find(unexpected), None);
        let cases = repository().join("plugins/examples").join(name).join("tests/cases.toml");
        let (report, hold) = said("test", &file, &["--cases", cases.to_str().expect("a path")]);
        assert!(hold, "{report}");
    }
}

#[tokio::test]
async fn the_examples_hold_under_load_and_swaps() {
    for (name, file, text) in examples() {
        let Some(file) = file else { continue };
        hold(name, &file, text).await;
    }
}

/// Asks a thousand times, eight at once, and swaps the component for another meanwhile: every answer is the same.
async fn hold(name: &str, file: &Path, text: &str) {
    let gateway = Gateway::start();
    gateway.drop_in(file, "plugin.wasm");
    eventually("it serves", async || gateway.status_of(name).await.is_some()).await;
    let first = gateway.analyze(name, text).await.ok();
    assert!(first["result"].is_array() || first["result"].is_string() || first["result"].is_number());
    let before = gateway.status_of(name).await.expect("a status")["sha256"].clone();
    for turn in 0..125 {
        if turn == 12 {
            // The same with an empty section at its end: another component of the same name.
            let bytes = [fs::read(file).expect("a component"), vec![0, 2, 1, b'a']].concat();
            let coming = gateway.plugins().join(".coming");
            fs::write(&coming, bytes).expect("a file");
            fs::rename(coming, gateway.plugins().join("plugin.wasm")).expect("a swap");
        }
        for answer in join_all((0..8).map(|_| gateway.analyze(name, text))).await {
            assert_eq!(answer.ok(), first);
        }
    }
    eventually("it is swapped", async || {
        assert_eq!(gateway.analyze(name, text).await.ok(), first);
        gateway.status_of(name).await.expect("a status")["sha256"] != before
    })
    .await;
}
