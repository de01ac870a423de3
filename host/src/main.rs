//! The program `gloss`.

use std::process::ExitCode;

fn main() -> ExitCode {
    gloss::cli::run()
}
