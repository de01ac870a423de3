//! How a guest ended before it answered: what happened, and where in its code.
//!
//! Everything here but the engine's words comes from the component: names of functions and files. None of it comes
//! from the text under analysis, so it may stand in a status and in a log.

use wasmtime::{FrameInfo, FrameSymbol, WasmBacktrace};

use super::error::Crash;

/// Functions in a report: the innermost tell enough.
const MAX_FUNCTIONS: usize = 12;
/// Where a panic of Rust begins.
const PANIC: &str = "rust_begin_unwind";
/// Characters of a function's name: generic names of Rust can be very long.
const MAX_NAME_CHARACTERS: usize = 120;
/// Characters of a file's path, from its end.
const MAX_PATH_CHARACTERS: usize = 60;

/// A function that was running.
struct Frame {
    name: String,
    /// Its file and line, where the component has debug information and the engine reads it.
    place: Option<String>,
}

pub(super) fn crash(error: &wasmtime::Error) -> Crash {
    let backtrace = error.downcast_ref::<WasmBacktrace>();
    let mut frames: Vec<Frame> =
        backtrace.map(WasmBacktrace::frames).unwrap_or_default().iter().flat_map(frames_of).collect();
    let mut cause = error.root_cause().to_string().replace('\n', " ");
    // What a panic of Rust goes through before it traps is the same for all of them.
    if let Some(panic) = frames.iter().position(|frame| frame.name.ends_with(PANIC)) {
        frames.drain(..=panic);
        cause = "it panicked".into();
    }
    frames.truncate(MAX_FUNCTIONS);
    Crash { cause, functions: frames.into_iter().map(Frame::tell).collect() }
}

/// A frame of the engine, and those of the functions that the compiler put into it.
fn frames_of(frame: &FrameInfo) -> Vec<Frame> {
    let own = || frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), demangle);
    match frame.symbols() {
        [] => vec![Frame { name: own(), place: None }],
        symbols => {
            let of = |symbol: &FrameSymbol| Frame {
                name: symbol.name().map_or_else(own, demangle),
                place: place(symbol),
            };
            symbols.iter().map(of).collect()
        }
    }
}

fn place(symbol: &FrameSymbol) -> Option<String> {
    let (file, line) = (symbol.file()?, symbol.line()?);
    let skipped = file.chars().count().saturating_sub(MAX_PATH_CHARACTERS);
    let cut = if skipped > 0 { "..." } else { "" };
    Some(format!("{cut}{}:{line}", plain(file.chars().skip(skipped))))
}

impl Frame {
    fn tell(self) -> String {
        let name = plain(self.name.chars().take(MAX_NAME_CHARACTERS));
        match self.place {
            Some(place) => format!("{name} ({place})"),
            None => name,
        }
    }
}

/// A name is the component's; a line break in it must not look like one of the log.
fn plain(characters: impl Iterator<Item = char>) -> String {
    characters.filter(|c| !c.is_control()).collect()
}

fn demangle(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}
