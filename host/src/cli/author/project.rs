//! `gloss new`: a small plugin project that builds and is served as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::super::{Failure, say};
use crate::analysis::{ServiceName, is_kebab_case};
use crate::plugin::CONTRACT;

/// What is to be made.
#[derive(Args, Debug)]
pub(in super::super) struct Arguments {
    /// The service's name, in kebab-case.
    name: String,
    /// The language of the plugin.
    #[arg(long)]
    language: Language,
    /// The folder to make [default: the name, in this folder].
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Rust,
    #[value(name = "javascript")]
    JavaScript,
    Python,
}

/// Files of a project and what is in them, where `{{name}}` stands for the service's name.
type Template = &'static [(&'static str, &'static str)];

const RUST: Template = &[
    ("Cargo.toml", include_str!("templates/rust/Cargo.toml.in")),
    (".cargo/config.toml", include_str!("templates/rust/config.toml")),
    ("src/lib.rs", include_str!("templates/rust/lib.rs")),
    ("README.md", include_str!("templates/rust/README.md")),
    (".gitignore", include_str!("templates/rust/gitignore")),
];
const JAVASCRIPT: Template = &[
    ("package.json", include_str!("templates/javascript/package.json")),
    ("build.mjs", include_str!("templates/javascript/build.mjs")),
    ("analyzer.js", include_str!("templates/javascript/analyzer.js")),
    ("README.md", include_str!("templates/javascript/README.md")),
    (".gitignore", include_str!("templates/javascript/gitignore")),
];
const PYTHON: Template = &[
    ("requirements.txt", include_str!("templates/python/requirements.txt")),
    ("app.py", include_str!("templates/python/app.py")),
    ("README.md", include_str!("templates/python/README.md")),
    (".gitignore", include_str!("templates/python/gitignore")),
];
/// What all of them have.
const EVERY: Template =
    &[("wit/analyzer.wit", CONTRACT), ("cases.toml", include_str!("templates/cases.toml"))];

/// Makes a project in a folder that is not there yet, or has nothing in it.
pub(in super::super) fn new(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let name = arguments.name.as_str();
    if !is_kebab_case(name) || ServiceName::new(name).is_err() {
        return Err(format!(
            "`{name}` cannot name a service: small letters, digits and single hyphens are needed, and a letter first, \
             as in `word-count`"
        )
        .into());
    }
    let folder = arguments.folder.clone().unwrap_or_else(|| name.into());
    if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(format!("there is something in {} already", folder.display()).into());
    }
    let template = match arguments.language {
        Language::Rust => RUST,
        Language::JavaScript => JAVASCRIPT,
        Language::Python => PYTHON,
    };
    for (path, content) in template.iter().chain(EVERY) {
        // Cargo names the file of a library with underscores.
        let content = content.replace("{{name}}", name).replace("{{file}}", &name.replace('-', "_"));
        write(&folder.join(path), &content)
            .map_err(|error| format!("{} cannot be written: {error}", folder.join(path).display()))?;
    }
    say(&format!("{} is ready; its README.md tells how to build it", folder.display()));
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, content: &str) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, content)
}
