//! What can go wrong with a plugin: while it is loaded, and while it runs.
//!
//! A [`LoadError`] speaks to the plugin's author. A [`RunError`] tells the gateway what to answer; its
//! inside never reaches a client.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::capture::{Account, Captured};
use super::contract::{CONTRACT_VERSION, Difference};
use super::violation::Violation;
use crate::analysis::Refusal;

/// Where a component came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is inside the binary.
    Embedded,
    /// A file, usually in the plugin folder.
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Why a file is not served. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Nothing in it.
    #[error("the file is empty; copy the component again")]
    Empty,
    /// Larger than a component may be.
    #[error(
        "the file has {bytes} bytes, more than the {limit_bytes} a component may have (--component-bytes)"
    )]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// Something else.
    #[error(
        "this is not WebAssembly: it does not begin with the four bytes \\0asm; copy the component itself, no archive and no text form of it"
    )]
    NotWasm,
    /// It ends too soon.
    #[error("the file ends in the middle, as if it had not been copied to its end; copy it again")]
    Truncated,
    /// A module without the component around it.
    #[error(
        "this is a core WebAssembly module, and a plugin is a component; build it with `cargo build --target wasm32-wasip2`, or wrap it with `wasm-tools component new`"
    )]
    CoreModule,
    /// It breaks the rules of the format.
    #[error(
        "this is not a valid component: {message} (at byte {offset}); build it anew, and copy what the build wrote"
    )]
    Invalid {
        /// Where.
        offset: u64,
        /// What the parser says.
        message: String,
    },
    /// It wants what the sandbox does not give.
    #[error(
        "it imports {}, which no plugin gets; a plugin may import `gloss:analyzer/log` and the WASI 0.2 interfaces of cli, clocks, filesystem, io, random and sockets. {}",
        quote_all(imports),
        usual_cause(imports)
    )]
    ForbiddenImports {
        /// The interfaces.
        imports: Vec<String>,
    },
    /// It is a component, but not an analyzer.
    #[error(
        "it does not export `gloss:analyzer/analyzer`; {}. Build it against the world `plugin` of `wit/analyzer.wit`",
        if exports.is_empty() { "it exports nothing".to_owned() } else { format!("it exports {}", quote_all(exports)) }
    )]
    OtherWorld {
        /// What it exports.
        exports: Vec<String>,
    },
    /// It speaks another version of the contract.
    #[error(
        "it exports version {found} of `gloss:analyzer/analyzer`, and this gateway speaks {expected}; build it against that version"
    )]
    ContractVersion {
        /// Its version.
        found: String,
        /// Ours.
        expected: String,
    },
    /// Its types are not those of the contract.
    #[error(
        "it says that it was built against `gloss:analyzer` {version}, and differs from this gateway's {}; build it against the `wit/analyzer.wit` of this gateway:\n{}",
        CONTRACT_VERSION,
        join_lines(differences)
    )]
    Mismatch {
        /// The version it says it was built against.
        version: String,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// The engine finds its types to be others than the contract's, in a way that cannot be told in its words.
    #[error(
        "its `gloss:analyzer` does not match the contract: {detail}. Build it against the `wit/analyzer.wit` of this gateway"
    )]
    Types {
        /// What the engine says.
        detail: String,
    },
    /// It cannot be compiled.
    #[error("it does not compile: {detail}")]
    Compile {
        /// What the compiler says.
        detail: String,
    },
    /// It has an import that is allowed and that this gateway does not know.
    #[error(
        "it wants something of its imports that this gateway does not have: {detail}; build it with tools for WASI 0.2"
    )]
    UnknownImport {
        /// What.
        detail: String,
    },
    /// It fails before anything is asked of it.
    #[error("it does not start: {}; {}", failure.error, remedy(&failure.error))]
    Start {
        /// How.
        failure: Box<RunFailure>,
    },
    /// `describe` did not answer.
    #[error("its `describe` fails: {}; {}", failure.error, remedy(&failure.error))]
    Describe {
        /// How.
        failure: Box<RunFailure>,
    },
    /// What it says of itself breaks the contract.
    #[error(
        "its description breaks the contract: {0}; `record description` in `wit/analyzer.wit` has the rules"
    )]
    Description(Violation),
    /// The operator set something it does not take.
    #[error("the configuration's setting `{setting}` does not fit it: {sentence}")]
    OperatorSetting {
        /// The setting's name.
        setting: String,
        /// What is wrong with it.
        sentence: String,
    },
    /// It fails on its own example.
    #[error("its example {number} fails: {}; {}", failure.error, remedy(&failure.error))]
    Example {
        /// Which, from 1.
        number: usize,
        /// How.
        failure: Box<RunFailure>,
    },
}

impl LoadError {
    /// Whether the file may only not have arrived yet, so that waiting could help.
    pub fn is_unfinished(&self) -> bool {
        matches!(self, Self::Empty | Self::Truncated)
    }

    /// What the plugin itself says of it, if it came to run.
    pub fn account(&self) -> Account {
        match self {
            Self::Start { failure } | Self::Describe { failure } | Self::Example { failure, .. } => {
                failure.account()
            }
            _ => Account::default(),
        }
    }
}

/// How an import that no plugin gets usually comes into a component, and what keeps it out.
fn usual_cause(imports: &[String]) -> &'static str {
    let is_of = |package: &str| imports.iter().any(|import| import.starts_with(package));
    if is_of("wasi:http/") {
        "In JavaScript, disable the features `http` and `fetch-event` when it is made a component; in other languages, leave out the \
         library that makes requests"
    } else if imports.iter().any(|import| import.starts_with("wasi:") && import.contains("@0.3")) {
        "It was built for WASI 0.3; build it for 0.2, in Rust for the target `wasm32-wasip2`"
    } else if is_of("gloss:analyzer/") {
        "Build it against the `wit/analyzer.wit` of this gateway"
    } else {
        "Leave out the library that wants it, or the import of the world it was built for"
    }
}

/// What helps against a failure while a plugin is loaded.
fn remedy(error: &RunError) -> &'static str {
    match error {
        RunError::Trapped(_) => {
            "`gloss check` shows what it printed, and the lines where the component has debug information"
        }
        RunError::Failed { .. } => "`gloss check` shows what it says, and what it printed",
        RunError::Contract(_) => "`wit/analyzer.wit` has the rule",
        RunError::DeadlineExceeded { .. } => "have it do less, or give it more time (`deadline-ms`)",
        RunError::OutOfMemory(_) => "have it use less memory, or give it more (`memory-bytes`)",
        RunError::OutputTooLarge { .. } => "have it return less, or let it return more (`output-bytes`)",
        RunError::Refused(_) => "its own examples must be documents that it takes",
        RunError::TextTooLarge { .. }
        | RunError::Crowded
        | RunError::Parked { .. }
        | RunError::Unlinked(_) => "copy the file again when the gateway is less busy",
    }
}

fn join_lines(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn quote_all(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A failed analysis, and what the guest printed and logged meanwhile.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct RunFailure {
    /// What went wrong.
    #[source]
    pub error: RunError,
    /// What the guest printed and logged. It may quote the text under analysis.
    pub captured: Captured,
}

impl RunFailure {
    /// What the plugin itself says of it.
    pub fn account(&self) -> Account {
        let words = match &self.error {
            RunError::Failed { detail } => Some(detail.clone()),
            _ => None,
        };
        Account { words, captured: self.captured.clone() }
    }

    /// A failure before any guest printed anything.
    pub fn silent(error: RunError) -> Self {
        Self { error, captured: Captured::default() }
    }

    /// A refusal before any guest ran.
    pub fn refused(refusal: Refusal) -> Box<Self> {
        Box::new(Self::silent(RunError::Refused(refusal)))
    }
}

/// Why a document was not analyzed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The text is over the service's input limit.
    #[error("the text has {text_bytes} bytes, more than the {limit_bytes} this service takes")]
    TextTooLarge {
        /// Length of the text.
        text_bytes: usize,
        /// The limit.
        limit_bytes: usize,
    },
    /// The analyzer says no, for a reason the caller can change.
    #[error("the analyzer refuses the document: {}", .0.detail)]
    Refused(Refusal),
    /// As many instances as there may be are at work.
    #[error("as many instances as there may be are at work")]
    Crowded,
    /// It failed on too many texts, and is left alone for a while.
    #[error("the analyzer is parked after repeated failures")]
    Parked {
        /// When it is worth another try.
        retry_after: Duration,
    },
    /// Its code had to move to another engine and could not.
    #[error("the analyzer cannot run any more")]
    Unlinked(#[source] Box<LoadError>),
    /// The analyzer says that it failed.
    #[error("the analyzer reports that it failed")]
    Failed {
        /// Its sentence, which may quote the text.
        detail: String,
    },
    /// It crashed or left.
    #[error("the analyzer trapped: {0}")]
    Trapped(Crash),
    /// It wanted more memory than it may have.
    #[error("the analyzer ran out of memory: {0}")]
    OutOfMemory(Crash),
    /// It returned more than it may.
    #[error("the analyzer returned more than the {limit_bytes} bytes it may")]
    OutputTooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// What it returned breaks the contract.
    #[error("the analysis breaks the contract: {0}")]
    Contract(Violation),
    /// It took too long.
    #[error("the analysis took longer than {} ms", .deadline.as_millis())]
    DeadlineExceeded {
        /// How long it had.
        deadline: Duration,
    },
}

/// How a guest ended before it answered.
#[derive(Debug, Clone)]
pub struct Crash {
    /// What happened, in the engine's words.
    pub cause: String,
    /// Names of the guest's functions, innermost first, with file and line where [`Traces`](super::Traces) has them. They come
    /// from the component, not from a text.
    pub functions: Vec<String>,
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)?;
        match self.functions.first() {
            Some(_) => write!(f, " in {}", self.functions.join(" < ")),
            None => Ok(()),
        }
    }
}
