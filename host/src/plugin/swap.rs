//! Whether the machine swaps memory out, and the moment it begins to.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::thread;
use std::time::Duration;

/// One line for each place that memory may be swapped out to, below a line of headings.
const SWAPS: &str = "/proc/swaps";
/// How often the file is read if nothing announces a change.
const POLL: Duration = Duration::from_secs(1);

/// Whether memory may be swapped out. A machine that does not say counts as one that swaps.
pub(super) fn is_active() -> bool {
    std::fs::read_to_string(SWAPS).map_or(true, |swaps| lists_any(&swaps))
}

fn lists_any(swaps: &str) -> bool {
    swaps.lines().skip(1).any(|line| !line.trim().is_empty())
}

/// Calls `begins` when the machine begins to swap, or cannot say any more that it does not. The kernel
/// announces it at once.
///
/// # Errors
///
/// If no thread can be started.
pub(super) fn watch(begins: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let watch = || {
        // An error is as good as swap: nobody can say any more that there is none.
        let _ = wait_until_active();
        begins();
    };
    thread::Builder::new().name("gloss-swap".into()).spawn(watch).map(drop)
}

fn wait_until_active() -> io::Result<()> {
    let mut file = File::open(SWAPS)?;
    loop {
        let mut swaps = String::new();
        file.rewind()?;
        file.read_to_string(&mut swaps)?;
        if lists_any(&swaps) {
            return Ok(());
        }
        wait_for_change(&file)?;
    }
}

/// Waits until the list changes, or for a while.
#[cfg(target_os = "linux")]
fn wait_for_change(file: &File) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut changed = [PollFd::new(file, PollFlags::PRI)];
    let timeout = Timespec { tv_sec: POLL.as_secs() as i64, tv_nsec: 0 };
    match poll(&mut changed, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn wait_for_change(_: &File) -> io::Result<()> {
    thread::sleep(POLL);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_headings_is_no_swap() {
        let headings = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        assert!(!lists_any(headings) && !lists_any(""));
        assert!(lists_any(&format!("{headings}/dev/zram0 partition 1048572 0 100\n")));
    }
}
