//! The edges between modules: imports go downwards, and foreign crates stay in their rooms.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::repository;

/// The modules from the top down. A module may use those below it, and none above.
const MODULES: [&str; 13] = [
    "cli", "http", "gateway", "folder", "standard", "registry", "plugin", "remote", "state", "lane",
    "deadline", "language", "analysis",
];

/// Modules that stand beside each other, or that must not know one below them.
const FORBIDDEN: [(&str, &str); 17] = [
    ("http", "folder"),
    ("http", "standard"),
    ("gateway", "folder"),
    ("gateway", "standard"),
    ("folder", "remote"),
    ("folder", "state"),
    ("folder", "standard"),
    ("standard", "registry"),
    ("registry", "state"),
    ("plugin", "remote"),
    ("plugin", "state"),
    ("remote", "state"),
    ("folder", "lane"),
    ("registry", "lane"),
    ("plugin", "lane"),
    ("remote", "lane"),
    ("state", "lane"),
];

/// Crates, and the only modules that may name them.
const ROOMS: [(&str, &[&str]); 15] = [
    ("utoipa", &["http"]),
    ("indicatif", &["cli"]),
    ("libc", &["cli"]),
    ("whatlang", &["language"]),
    ("wasmtime", &["plugin"]),
    ("wasmtime_wasi", &["plugin"]),
    ("wasmparser", &["plugin"]),
    ("wit_parser", &["plugin"]),
    ("rustix", &["plugin", "lane"]),
    ("axum", &["http"]),
    ("hyper", &["http"]),
    ("hyper_util", &["http"]),
    ("clap", &["cli"]),
    ("notify", &["folder"]),
    ("reqwest", &["remote"]),
];

/// The files of a module.
fn files(module: &str) -> Vec<(PathBuf, String)> {
    let source = repository().join("host/src");
    let mut files = Vec::new();
    collect(&source.join(module), &mut files);
    collect(&source.join(module).with_extension("rs"), &mut files);
    assert!(!files.is_empty(), "there is no module {module}");
    files
}

fn collect(path: &Path, files: &mut Vec<(PathBuf, String)>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            collect(&entry.expect("an entry").path(), files);
        }
    } else if path.exists() {
        files.push((path.to_owned(), fs::read_to_string(path).expect("a file")));
    }
}

/// What follows each `prefix` in the code of a file, comments aside, up to the end of the word.
fn words_after<'f>(file: &'f str, prefix: &'f str) -> impl Iterator<Item = &'f str> {
    let code = file.lines().map(|line| line.split("//").next().unwrap_or_default());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.flat_map(move |line| {
        line.match_indices(prefix).filter_map(move |(at, _)| {
            let starts = !line[..at].ends_with(is_word) && !line[..at].ends_with("::");
            let rest = &line[at + prefix.len()..];
            starts.then(|| &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())])
        })
    })
}

#[test]
fn modules_use_only_what_is_below_them() {
    for (height, module) in MODULES.iter().enumerate() {
        for (path, file) in files(module) {
            // In a module's own file, what lies above it is the crate.
            let is_root =
                path.ends_with(format!("{module}.rs")) || path.ends_with(format!("{module}/mod.rs"));
            let above = words_after(&file, "super::").filter(|used| is_root && !used.is_empty());
            for used in words_after(&file, "crate::").chain(above).filter(|used| used != module) {
                let below = MODULES.iter().skip(height + 1).any(|lower| *lower == used);
                assert!(below, "{}: `{module}` must not use `{used}`", path.display());
                let forbidden = FORBIDDEN.contains(&(module, used));
                assert!(!forbidden, "{}: `{module}` must not know `{used}`", path.display());
            }
        }
    }
}

#[test]
fn the_modules_are_all_there_are() {
    let library = fs::read_to_string(repository().join("host/src/lib.rs")).expect("the library");
    let mut declared: Vec<&str> = words_after(&library, "mod ").collect();
    let mut known = MODULES.to_vec();
    declared.sort_unstable();
    known.sort_unstable();
    assert_eq!(declared, known);
}

#[test]
fn foreign_crates_stay_in_their_rooms() {
    for module in MODULES {
        for (path, file) in files(module) {
            for (foreign, rooms) in ROOMS {
                let named = words_after(&file, foreign).any(str::is_empty);
                assert!(
                    !named || rooms.contains(&module),
                    "{}: `{foreign}` is not for `{module}`",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn only_the_wire_and_the_state_have_shapes_of_json() {
    for module in ["analysis", "plugin", "registry", "folder", "gateway", "standard"] {
        for (path, file) in files(module) {
            let derives = file.contains("Serialize") || file.contains("Deserialize");
            assert!(!derives, "{}: wire shapes belong to `http`", path.display());
        }
    }
}

#[test]
fn the_tree_has_the_six_names_and_no_seventh_folder() {
    let mut folders = Vec::new();
    for entry in fs::read_dir(repository()).expect("the repository") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        if entry.path().is_dir() && !name.starts_with('.') && name != "target" {
            folders.push(name);
        }
    }
    folders.sort();
    assert_eq!(folders, ["host", "plugins", "wit"]);
    for file in ["Cargo.toml", "docker-compose.yml", "README.md"] {
        assert!(repository().join(file).is_file(), "{file}");
    }
}
