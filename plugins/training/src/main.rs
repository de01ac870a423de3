//! Trains and evaluates the models of the standard analyzers, from the developers' data.
//!
//! ```text
//! cargo run --release -p training -- train MODEL DATA     writes the analyzer's model.bin
//! cargo run --release -p training -- evaluate MODEL DATA  measures the model inside the program
//! cargo run --release -p training -- hold-out MODEL DATA  trains without a set and measures on it, several times
//! ```
//!
//! MODEL is `sentiment` or `entities`; DATA is the folder with `sentiment/SET/{train,dev}.jsonl`,
//! `ner/SET/{train,dev}.conll`, `lexicons` and `gazetteers`. The same data and seed give the same model to the last
//! bit: everything that is random comes from the seed, sums are made in a fixed order, and exponentials and logarithms
//! are those of `libm`.

mod data;
mod entities;
mod progress;
mod random;
mod sentiment;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Trains and evaluates the models of the standard analyzers.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Trains a model and writes its file.
    Train {
        /// Which.
        model: Kind,
        /// The folder of the developers' data.
        data: PathBuf,
        /// The file to write [default: where the analyzer has it].
        #[arg(long)]
        to: Option<PathBuf>,
        /// The seed of everything that is random.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Prints a table of figures per set and their mean.
    Evaluate {
        /// Of which model.
        model: Kind,
        /// The folder of the developers' data.
        data: PathBuf,
        /// A model's file [default: the one inside the program].
        #[arg(long)]
        file: Option<PathBuf>,
    },
    /// Trains without a set that stands for those that are not here, and prints the figures on it; for each such set.
    HoldOut {
        /// Which model.
        model: Kind,
        /// The folder of the developers' data.
        data: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Sentiment,
    Entities,
}

/// What goes wrong is told to whoever called the program.
type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Train { model: Kind::Sentiment, data, to, seed } => sentiment::train(&data, to, seed),
        Command::Train { model: Kind::Entities, data, to, seed } => entities::train(&data, to, seed),
        Command::Evaluate { model: Kind::Sentiment, data, file } => {
            sentiment::evaluate(&data, file.as_deref())
        }
        Command::Evaluate { model: Kind::Entities, data, file } => entities::evaluate(&data, file.as_deref()),
        Command::HoldOut { model: Kind::Sentiment, data } => sentiment::hold_out(&data),
        Command::HoldOut { model: Kind::Entities, data } => entities::hold_out(&data),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            progress::warn(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}
