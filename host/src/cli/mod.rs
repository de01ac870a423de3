//! The command line: what can be asked of the program, and how it answers a person.

mod analyze;
mod author;
mod describe;
mod heap;
mod house;
mod input;
mod log;
mod options;
mod probe;
mod serve;
mod settings;
mod table;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::plugin::{COMPILE_COMMAND, Compiler, Traces, compile_here};

use options::Options;
use settings::Settings;

/// A text-analysis gateway that hosts analyzers compiled to WebAssembly components.
#[derive(Debug, Parser)]
#[command(name = "gloss", version, about, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the standard analyzers and those in the plugin folder (the default).
    Serve(Options),
    /// Analyze files, lines or NDJSON without a server.
    Analyze(analyze::Arguments),
    /// List the services, and the files of the plugin folder that are none.
    Services(Options),
    /// Tell what a service finds, takes and costs.
    Describe {
        /// Its name.
        service: String,
        /// As JSON, as `/v1/services/{name}` answers it.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        options: Options,
    },
    /// Begin a plugin: a small project that builds and is served.
    New(author::NewArguments),
    /// Judge a plugin as the gateway would, in the same words, and tell what it does and costs.
    Check(author::CheckArguments),
    /// Have a plugin answer golden cases.
    Test(author::TestArguments),
    /// Measure a plugin's calls by the size of the text.
    Bench(author::BenchArguments),
    /// Ask a running gateway on this machine whether it is ready.
    Probe(Options),
    /// Compile the component on standard input to standard output. The gateway calls itself so.
    #[command(name = COMPILE_COMMAND, hide = true)]
    Compile {
        /// The most memory it may take.
        memory_bytes: u64,
        /// The most time of all processors together.
        cpu_seconds: u64,
        /// Keep what tells source lines.
        #[arg(long)]
        source_lines: bool,
    },
}

/// An error as a person is told of it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the program. What goes wrong is one sentence on standard error and a status that is not zero.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) if !asked.use_stderr() => {
            say(asked.to_string().trim_end());
            return ExitCode::SUCCESS;
        }
        Err(wrong) => {
            warn(&format!("gloss: {}; `gloss --help` lists the options", first_sentence(&wrong)));
            return ExitCode::FAILURE;
        }
    };
    let done = match cli.command.unwrap_or(Command::Serve(cli.options)) {
        Command::Serve(options) => Settings::read(options).and_then(serve::serve),
        Command::Analyze(arguments) => analyze::analyze(arguments),
        Command::Services(options) => Settings::read(options).and_then(|settings| describe::list(&settings)),
        Command::Describe { service, json, options } => {
            Settings::read(options).and_then(|settings| describe::describe(&service, json, &settings))
        }
        Command::New(arguments) => author::new(&arguments),
        Command::Check(arguments) => author::check(&arguments),
        Command::Test(arguments) => author::test(&arguments),
        Command::Bench(arguments) => author::bench(&arguments),
        Command::Compile { memory_bytes, cpu_seconds, source_lines } => {
            let traces = if source_lines { Traces::SourceLines } else { Traces::Functions };
            return compile_here(memory_bytes, cpu_seconds, traces);
        }
        Command::Probe(options) => Settings::read(options).and_then(|settings| probe::probe(&settings)),
    };
    done.unwrap_or_else(|failure| {
        complain(&failure);
        ExitCode::FAILURE
    })
}

/// A compiler that is this program once more.
fn compiler(settings: &Settings) -> io::Result<Compiler> {
    // This very file, also when another has taken its place meanwhile.
    let program = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { env::current_exe()? };
    Ok(Compiler::child(program, settings.compile_bounds))
}

/// What is wrong with the command line, without the advice that follows.
fn first_sentence(wrong: &clap::Error) -> String {
    let report = wrong.to_string();
    let sentence = report.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    sentence.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes to standard output. Nobody may be reading, and that is no reason to fail.
fn say(lines: &str) {
    let _ = writeln!(io::stdout(), "{lines}");
}

/// The same to standard error.
fn warn(lines: &str) {
    let _ = writeln!(io::stderr(), "{lines}");
}

fn complain(failure: &Failure) {
    let mut sentence = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        sentence = format!("{sentence}: {error}");
        cause = error.source();
    }
    warn(&format!("gloss: {sentence}"));
}
