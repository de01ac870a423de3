//! Compiling a component, in a process of its own.
//!
//! A compilation cannot be interrupted, and a hostile file may aim at it. So the gateway starts its own
//! program again with the bytes on standard input, at low priority, with bounds on time, processor time and memory, and
//! reads the code from standard output. What the child does wrong ends with the child.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::pin::pin;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::code::words;
use super::engine::{Traces, compile_config};
use super::error::{LoadError, Origin};

/// Compiles components. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// None to compile in this process.
    program: Option<PathBuf>,
    bounds: CompileBounds,
    /// A place for each compilation at once.
    places: Arc<Semaphore>,
}

/// What compiling one component may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileBounds {
    /// Longest time, waiting for earlier ones not included. A busy machine may leave it little of that.
    pub deadline: Duration,
    /// Most time of all processors together, rounded up to whole seconds. It is what the component itself needs, whatever
    /// else the machine does.
    pub cpu: Duration,
    /// Most address space of the compiling process, in bytes.
    pub memory_bytes: u64,
}

impl Default for CompileBounds {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(600), cpu: Duration::from_secs(120), memory_bytes: 4 << 30 }
    }
}

/// The command of the program that compiles, as [`Compiler::child`] calls it.
pub const COMPILE_COMMAND: &str = "compile";
/// Its argument where source lines are kept.
const SOURCE_LINES: &str = "--source-lines";
/// How much less urgent than everything else compiling is.
const NICENESS: i32 = 10;
/// How often the log is told that a component still compiles.
const TELLING: Duration = Duration::from_secs(2);
/// Longest message of a child that is read.
const MESSAGE_BYTES: u64 = 4096;

impl Compiler {
    /// Compiles in processes of their own: `program` is started with [`COMPILE_COMMAND`] and must call
    /// [`compile_here`] then.
    pub fn child(program: PathBuf, bounds: CompileBounds) -> Self {
        Self { program: Some(program), bounds, places: places() }
    }

    /// Compiles in this process, without bounds. For benches and for components that can be trusted.
    pub fn in_process() -> Self {
        Self { program: None, bounds: CompileBounds::default(), places: places() }
    }

    /// Compiles a component to code that any engine of this program loads that tells as much of traps.
    pub(super) async fn compile(
        &self,
        component: Arc<[u8]>,
        origin: &Origin,
        traces: Traces,
    ) -> Result<Vec<u8>, LoadError> {
        let _place = self.places.acquire().await;
        let bytes = component.len();
        let compiled = async {
            match &self.program {
                Some(program) => self.compile_in_child(program, &component, traces).await,
                None => {
                    let component = Arc::clone(&component);
                    let compiled = tokio::task::spawn_blocking(move || precompile(&component, traces)).await;
                    compiled.unwrap_or_else(|error| Err(error.to_string())).map_err(failed)
                }
            }
        };
        telling(compiled, origin, bytes, TELLING).await
    }

    async fn compile_in_child(
        &self,
        program: &PathBuf,
        component: &[u8],
        traces: Traces,
    ) -> Result<Vec<u8>, LoadError> {
        let child = Command::new(program)
            .arg(COMPILE_COMMAND)
            .arg(self.bounds.memory_bytes.to_string())
            .arg(self.cpu_seconds().to_string())
            .args((traces == Traces::SourceLines).then_some(SOURCE_LINES))
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Also when whoever waits for it has gone.
            .kill_on_drop(true)
            .spawn();
        let child = child.map_err(|error| failed(format!("the compiler does not start: {error}")))?;
        let talked = tokio::time::timeout(self.bounds.deadline, talk(child, component)).await;
        let seconds = self.bounds.deadline.as_secs_f32();
        let talked =
            talked.map_err(|_| failed(format!("it took longer than {seconds} s (--compile-deadline-ms)")))?;
        let (status, code, message) =
            talked.map_err(|error| failed(format!("the compiler cannot be reached: {error}")))?;
        if status.success() { Ok(code) } else { Err(failed(self.reason(status, &message))) }
    }

    fn cpu_seconds(&self) -> u64 {
        let whole = self.bounds.cpu.as_secs();
        (whole + u64::from(self.bounds.cpu.subsec_nanos() > 0)).max(1)
    }

    fn reason(&self, status: ExitStatus, message: &str) -> String {
        if ran_out_of_cpu(status) {
            let seconds = self.cpu_seconds();
            return format!("it needed more than {seconds} s of processor time (--compile-cpu-ms)");
        }
        // Who cannot have more memory aborts without many words.
        if status.code().is_none() || message.contains("memory") {
            let mebibytes = self.bounds.memory_bytes >> 20;
            return format!(
                "the compiler ended as if it needed more than {mebibytes} MiB (--compile-memory-bytes)"
            );
        }
        message.trim().replace('\n', " ")
    }
}

/// Tells the log of a compilation that takes long, every so often until it is done.
async fn telling<T>(compiled: impl Future<Output = T>, origin: &Origin, bytes: usize, every: Duration) -> T {
    let begin = Instant::now();
    let mut compiled = pin!(compiled);
    loop {
        let seconds = || begin.elapsed().as_secs();
        match tokio::time::timeout(every, &mut compiled).await {
            Ok(done) if begin.elapsed() < every => return done,
            Ok(done) => {
                tracing::info!(plugin = %origin, bytes, seconds = seconds(), "compiled");
                return done;
            }
            Err(_) => tracing::info!(plugin = %origin, bytes, seconds = seconds(), "still compiling"),
        }
    }
}

fn places() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from)))
}

fn failed(detail: String) -> LoadError {
    LoadError::Compile { detail }
}

/// Gives a child the component and takes the code, or what it says instead.
async fn talk(mut child: Child, component: &[u8]) -> io::Result<(ExitStatus, Vec<u8>, String)> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(mut stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let give = async move {
        // One that ends before it has read everything says why.
        let _ = stdin.write_all(component).await;
    };
    let (mut code, mut message) = (Vec::new(), Vec::new());
    let mut stderr = stderr.take(MESSAGE_BYTES);
    let ((), took, heard) =
        tokio::join!(give, stdout.read_to_end(&mut code), stderr.read_to_end(&mut message));
    took?;
    heard?;
    Ok((child.wait().await?, code, String::from_utf8_lossy(&message).into_owned()))
}

/// What the child does: compiles standard input to standard output, within its bounds.
pub fn compile_here(memory_bytes: u64, cpu_seconds: u64, traces: Traces) -> ExitCode {
    let compiled = bound(memory_bytes, cpu_seconds).map_err(|error| error.to_string()).and_then(|()| {
        let mut component = Vec::new();
        io::stdin().lock().read_to_end(&mut component).map_err(|error| error.to_string())?;
        precompile(&component, traces)
    });
    let told = match &compiled {
        Ok(code) => io::stdout().lock().write_all(code),
        Err(message) => io::stderr().lock().write_all(message.as_bytes()),
    };
    if compiled.is_ok() && told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn precompile(component: &[u8], traces: Traces) -> Result<Vec<u8>, String> {
    let engine = wasmtime::Engine::new(&compile_config(traces)).map_err(|error| words(&error))?;
    engine.precompile_component(component).map_err(|error| words(&error))
}

/// Takes little of the machine, and no more memory and time than that.
#[cfg(unix)]
fn bound(memory_bytes: u64, cpu_seconds: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};
    nice(NICENESS)?;
    // Who started the gateway may have set a lower bound, which cannot be raised.
    let at_most = |resource, bound: u64| getrlimit(resource).maximum.map_or(bound, |hard| hard.min(bound));
    let limit = |bound| Rlimit { current: Some(bound), maximum: Some(bound) };
    setrlimit(Resource::Core, limit(0))?;
    setrlimit(Resource::As, limit(at_most(Resource::As, memory_bytes)))?;
    // At the first bound comes the signal that tells why, at the second one that cannot be ignored.
    let hard = at_most(Resource::Cpu, cpu_seconds.saturating_add(1));
    setrlimit(Resource::Cpu, Rlimit { current: Some(cpu_seconds.min(hard)), maximum: Some(hard) })?;
    Ok(())
}

#[cfg(unix)]
fn ran_out_of_cpu(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn bound(_: u64, _: u64) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn ran_out_of_cpu(_: ExitStatus) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::{self, UnboundedSender};

    use super::*;

    /// Sends what is written to it.
    struct Lines(UnboundedSender<String>);

    impl Write for Lines {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.send(String::from_utf8_lossy(line).into_owned()).map_err(io::Error::other)?;
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_log_hears_of_a_long_compilation_until_it_is_done() {
        let (said, mut heard) = mpsc::unbounded_channel();
        let log =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || Lines(said.clone())).finish();
        let _log = tracing::subscriber::set_default(log);
        // It lasts until that was said twice.
        let compiled = async {
            for _ in 0..2 {
                let line = heard.recv().await.unwrap();
                assert!(line.contains("still compiling plugin=embedded bytes=7"), "{line}");
            }
            heard
        };
        let mut heard = telling(compiled, &Origin::Embedded, 7, Duration::from_millis(1)).await;
        let line = heard.recv().await.unwrap();
        assert!(line.contains("compiled plugin=embedded bytes=7"), "{line}");
    }
}
