//! What is said on standard error while something takes its time.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over so many steps, where there is a terminal.
pub(crate) fn bar(what: &'static str, steps: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template("{msg:12} {bar:30} {percent:>3} %  {eta} left") {
        Ok(style) => bar.with_style(style).with_message(what),
        Err(_) => bar,
    }
}

/// A sentence for whoever called the program.
pub(crate) fn warn(sentence: &str) {
    #[expect(clippy::print_stderr, reason = "this is where it is printed")]
    {
        eprintln!("training: {sentence}");
    }
}
