//! `gloss analyze`, `gloss services` and `gloss describe`: the services without a server.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{guest, program};

/// Folders of its own, with these guests in the plugin folder.
fn home(guests: &[&str]) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let plugins = home.path().join("plugins");
    std::fs::create_dir(&plugins).expect("a folder");
    for name in guests {
        std::fs::copy(guest(name), plugins.join(name).with_extension("wasm")).expect("a guest");
    }
    home
}

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = program();
    command.args(arguments).arg("--state").arg(home).current_dir(home);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end, with this on standard input.
fn run(home: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(home, arguments).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("its input is piped");
    let input = input.to_vec();
    let giving = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("it ends");
    giving.join().expect("it does not panic");
    output
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("UTF-8");
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn said(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("UTF-8")
}

#[test]
fn lines_are_analyzed_in_their_order_and_nothing_is_said_in_a_pipe() {
    let home = home(&[]);
    let input: String = (0..3000).map(|number| "word ".repeat(number % 9) + "\n").collect();
    let output = run(home.path(), &["analyze", "word-count", "--lines"], input.as_bytes());
    assert!(output.status.success());
    assert_eq!(said(&output), "");
    let lines = lines(&output);
    assert_eq!(lines.len(), 3000);
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["id"], (number + 1).to_string());
        assert_eq!(line["services"]["word-count"]["analysis"]["result"], number % 9);
    }
}

#[test]
fn files_are_documents_and_may_be_lines() {
    let home = home(&[]);
    std::fs::write(home.path().join("a.txt"), "one two\r\nthree").expect("a file");
    std::fs::write(home.path().join("b.txt"), "four\n").expect("a file");
    let counts = |arguments: &[&str]| -> Vec<(String, u64)> {
        let output = run(home.path(), arguments, b"five six");
        assert!(output.status.success(), "{}", said(&output));
        let count = |line: Value| {
            let result = line["services"]["word-count"]["analysis"]["result"].as_u64();
            (line["id"].as_str().expect("an id").to_owned(), result.expect("a number"))
        };
        lines(&output).into_iter().map(count).collect()
    };
    let counted = |expected: &[(&str, u64)]| -> Vec<(String, u64)> {
        expected.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
    };
    assert_eq!(
        counts(&["analyze", "word-count", "a.txt", "-", "b.txt"]),
        counted(&[("a.txt", 3), ("-", 2), ("b.txt", 1)])
    );
    assert_eq!(
        counts(&["analyze", "word-count", "--lines", "a.txt", "b.txt"]),
        counted(&[("a.txt:1", 2), ("a.txt:2", 1), ("b.txt:1", 1)])
    );
    assert_eq!(counts(&["analyze", "word-count"]), counted(&[("-", 2)]));
}

#[test]
fn several_services_a_setting_and_a_unit_of_offsets() {
    let home = home(&["classifier"]);
    let arguments = [
        "analyze",
        "text-form,entity-recognition",
        "--lines",
        "--set",
        "text-form.long-from=3",
        "--offsets",
        "utf16",
    ];
    let output = run(home.path(), &arguments, "😀 Is Ada Lovelace here?".as_bytes());
    let line = &lines(&output)[0];
    assert_eq!(line["services"]["text-form"]["analysis"]["result"], json!(["question", "long"]));
    assert_eq!(line["services"]["entity-recognition"]["analysis"]["result"][0]["start"], 6);
    for wrong in [
        vec!["analyze", "text-form", "--set", "long-from=x"],
        vec!["analyze", "text-form", "--set", "long-from"],
        vec!["analyze", "text-form", "--set", "long-from=3", "--set", "long-from=4"],
        vec!["analyze", "text-form", "--set", "other.long-from=3"],
        vec!["analyze", "text-form,word-count", "--set", "long-from=3"],
        vec!["analyze", "text-form,text-form"],
        vec!["analyze", "no-such-service"],
        vec!["analyze", "text-form", "no-such-file"],
        vec!["analyze", "text-form", "--lines", "--ndjson"],
        vec!["analyze", "text-form", "--language", "not a tag"],
        vec!["analyze"],
    ] {
        let output = run(home.path(), &wrong, b"");
        assert!(!output.status.success(), "{wrong:?}");
        assert_eq!((output.stdout.len(), said(&output).lines().count()), (0, 1), "{}", said(&output));
    }
}

#[test]
fn a_document_that_fails_fails_alone_and_is_told_by_the_status() {
    let home = home(&["remembering"]);
    let input = "{\"text\": \"a\"}\n\n{\"id\": \"x\", \"text\": \"trap\"}\nnot json\n{\"text\": \"a\"}\n";
    let output = run(home.path(), &["analyze", "remembering", "--ndjson"], input.as_bytes());
    assert!(!output.status.success());
    assert_eq!(said(&output), "gloss: 2 of 4 documents failed\n");
    let lines = lines(&output);
    let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, ["1", "x", "4", "5"]);
    assert_eq!(lines[1]["services"]["remembering"]["problem"]["code"], "analyzer_trapped");
    assert_eq!(lines[2]["problem"]["code"], "malformed_request");
    assert!(lines[3]["services"]["remembering"]["analysis"]["result"].is_u64());
}

#[test]
fn what_is_too_long_or_no_text_is_told_and_the_next_is_read() {
    let home = home(&[]);
    std::fs::write(home.path().join("gloss.toml"), "[defaults]\ninput-bytes = 1000\n").expect("a file");
    let mut input = b"\xff\n".to_vec();
    input.extend_from_slice(&[b'x'; 300_000]);
    input.extend_from_slice(b"\nlast");
    let output = run(home.path(), &["analyze", "word-count", "--lines", "--config", "gloss.toml"], &input);
    let details: Vec<Value> =
        lines(&output).into_iter().map(|mut line| line["problem"]["detail"].take()).collect();
    let expected =
        [json!("The document is not UTF-8."), json!("The document has more than 1000 bytes."), Value::Null];
    assert_eq!(details, expected);
}

#[test]
fn the_table_is_for_people() {
    let home = home(&[]);
    let arguments = ["analyze", "sentiment-analysis,entity-recognition", "--lines", "--format", "table"];
    let output = run(home.path(), &arguments, "Ada Lovelace loved London.\nThis is awful.\n".as_bytes());
    insta::assert_snapshot!(String::from_utf8(output.stdout).expect("UTF-8"));
}

#[test]
fn an_interrupt_leaves_whole_lines() {
    let home = home(&[]);
    let mut child = command(home.path(), &["analyze", "word-count", "--lines"]).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("its input is piped");
    let mut stdout = BufReader::new(child.stdout.take().expect("its output is piped"));
    // What is typed is answered before more is.
    stdin.write_all(b"one two\n").expect("it reads");
    let mut read = String::new();
    stdout.read_line(&mut read).expect("it answers");
    let giving =
        std::thread::spawn(move || while stdin.write_all(&b"word word word\n".repeat(1000)).is_ok() {});
    for _ in 0..2000 {
        stdout.read_line(&mut read).expect("it answers");
    }
    let interrupted = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill starts").success());
    std::io::Read::read_to_string(&mut stdout, &mut read).expect("UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    giving.join().expect("it does not panic");
    assert!(read.ends_with('\n'));
    for line in read.lines() {
        serde_json::from_str::<Value>(line).expect("a whole line");
    }
}

#[test]
fn services_are_listed_and_described() {
    let home = home(&["classifier"]);
    let plugins = home.path().join("plugins");
    std::fs::write(plugins.join("broken.wasm"), "no").expect("a file");
    let listed = run(home.path(), &["services"], b"");
    assert!(listed.status.success(), "{}", said(&listed));
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    assert!(listed.starts_with("sentiment-analysis  1.0.0 "), "{listed}");
    assert!(listed.contains("\ntext-form "), "{listed}");
    assert!(listed.contains("broken.wasm: refused: "), "{listed}");
    let described = run(home.path(), &["describe", "text-form"], b"");
    let described = String::from_utf8(described.stdout).expect("UTF-8");
    let setting = "  long-from  From how many bytes a text is long. (whole number, from 1, default 20)\n";
    assert!(described.contains(setting), "{described}");
    let json = run(home.path(), &["describe", "word-count", "--json"], b"");
    let json: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!((&json["name"], &json["state"]), (&json!("word-count"), &json!("serving")));
    let unknown = run(home.path(), &["describe", "no-such-service"], b"");
    assert!(!unknown.status.success());
    assert!(said(&unknown).contains("word-count"), "{}", said(&unknown));
}
