//! `gloss analyze`: the same engine and limits without a server, over files, lines or NDJSON.
//!
//! Input is read in chunks, which are worked on side by side and written in their order. **Only whole lines
//! are written**, whenever it ends.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::thread::{self, available_parallelism};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::house::House;
use super::input::{Chunk, Raw, Reader, Source, Unit};
use super::options::Options;
use super::settings::Settings;
use super::table::Table;
use super::{Failure, log, warn};
use crate::analysis::{Kind, Member, Value};
use crate::gateway::{Caller, Wanted};
use crate::http::{Asked, Item, Language, Offsets, Patience, Problem, Question};
use crate::registry::{Backend, Snapshot};

/// What is to be analyzed, and how.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The services that are asked, with commas between.
    #[arg(value_name = "SERVICE[,SERVICE...]")]
    services: Services,
    /// Files, each a document; `-` or none for standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Every line is a document.
    #[arg(long, conflicts_with = "ndjson")]
    lines: bool,
    /// Every line is a JSON object with `text` and perhaps `id` and `language`.
    #[arg(long)]
    ndjson: bool,
    /// How results are written [default: table on a terminal, ndjson elsewhere].
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// The unit of offsets.
    #[arg(long, value_name = "UNIT", default_value = "codepoint")]
    offsets: OffsetsOption,
    /// The documents' language as a BCP 47 tag, or `any` to have it ignored [default: detected where a
    /// service looks at it].
    #[arg(long, value_name = "TAG")]
    language: Option<Language>,
    /// A setting, as JSON or text; of a certain service as SERVICE.NAME=VALUE.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// Have the services say why.
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    pub(super) options: Options,
}

/// Names of services, with commas between.
#[derive(Clone, Debug)]
struct Services(Vec<String>);

impl FromStr for Services {
    type Err = &'static str;

    fn from_str(names: &str) -> Result<Self, Self::Err> {
        let names: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
        let is_twice = |(place, name)| names.iter().skip(place + 1).any(|other: &String| other == name);
        if names.iter().enumerate().any(is_twice) {
            return Err("a service is named twice");
        }
        Ok(Self(names))
    }
}

/// How results are written.
#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
enum Format {
    /// A line a document, for people.
    Table,
    /// A line a document, JSON as `/v1/analyze` answers it.
    Ndjson,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OffsetsOption {
    #[value(name = "codepoint")]
    CodePoint,
    Utf16,
    Utf8,
    Grapheme,
}

impl From<OffsetsOption> for Offsets {
    fn from(option: OffsetsOption) -> Self {
        match option {
            OffsetsOption::CodePoint => Self::CodePoint,
            OffsetsOption::Utf16 => Self::Utf16,
            OffsetsOption::Utf8 => Self::Utf8,
            OffsetsOption::Grapheme => Self::Grapheme,
        }
    }
}

/// Analyzes everything. The status tells whether every document was.
pub(super) fn analyze(arguments: Arguments) -> Result<ExitCode, Failure> {
    let settings = Settings::read(arguments.options.clone())?;
    log::start(settings.log.as_deref().unwrap_or("error"), settings.log_format)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let done = runtime.block_on(run(&arguments, &settings));
    // Reading cannot be interrupted; nobody waits for it any more.
    runtime.shutdown_background();
    done
}

async fn run(arguments: &Arguments, settings: &Settings) -> Result<ExitCode, Failure> {
    let mut house = House::build(settings)?;
    house.load().await?;
    house.open();
    let question = question(arguments, &house.gateway.snapshot())?;
    let asked = Asked::open(&house.gateway, Caller::default(), &question, Patience::Theirs);
    let asked = Arc::new(asked.map_err(|problem: Problem| problem.detail().to_owned())?);
    let unit = match (arguments.lines, arguments.ndjson) {
        (true, _) => Unit::Line,
        (_, true) => Unit::Json,
        _ => Unit::File,
    };
    let language = match &arguments.language {
        Some(language) => language.clone(),
        None if asked.minds_language() => Language::Unsaid,
        None => Language::Any,
    };
    let sources = Source::all(arguments.files.clone());
    let progress = progress(&sources);
    let chunks = read(&sources, unit, &asked);
    let format = arguments.format.unwrap_or_else(|| match io::stdout().is_terminal() {
        true => Format::Table,
        false => Format::Ndjson,
    });
    let services = arguments.services.0.clone();
    let writer = Writer { table: (format == Format::Table).then(|| Table::new(services)), progress };
    let work = Arc::new(Work { asked, unit, language });
    // While standard output is full nothing else is looked at; a second interrupt leaves at once.
    tokio::spawn(async {
        for _ in 0..2 {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
        }
        std::process::exit(INTERRUPTED.into());
    });
    tokio::select! {
        done = pump(chunks, &work, writer) => done,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

/// The status of a program that was interrupted, as shells have it.
const INTERRUPTED: u8 = 130;

/// What reading makes, until it ends or fails.
struct Chunks {
    chunks: mpsc::Receiver<Chunk>,
    reading: tokio::sync::oneshot::Receiver<Result<(), Failure>>,
}

/// Reads on a thread of its own.
fn read(sources: &[Source], unit: Unit, asked: &Asked) -> Chunks {
    let (send, chunks) = mpsc::channel(2 * width());
    let (ended, reading) = tokio::sync::oneshot::channel();
    let limit_bytes = asked.input_bytes().unwrap_or(DOCUMENT_BYTES);
    // Every byte can take six of JSON.
    let limit_bytes = if unit == Unit::Json { limit_bytes.saturating_mul(6) + 4096 } else { limit_bytes };
    let reader = Reader { unit, limit_bytes, names_files: sources.len() > 1, chunks: send };
    let sources = sources.to_vec();
    // It ends with the process if it waits for input for ever.
    thread::spawn(move || {
        let read = reader.read(&sources);
        drop(reader);
        // Nobody asks where everything has ended already.
        let _ = ended.send(read);
    });
    Chunks { chunks, reading }
}

/// Longest document where no service says one.
const DOCUMENT_BYTES: usize = 64 * 1024 * 1024;

fn width() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// What is made of one chunk.
struct Made {
    lines: Vec<u8>,
    documents: u64,
    failed: u64,
    bytes: u64,
}

struct Work {
    asked: Arc<Asked>,
    unit: Unit,
    /// Of documents that do not say theirs.
    language: Language,
}

/// Has chunks worked on, and writes what comes of them in their order.
async fn pump(mut chunks: Chunks, work: &Arc<Work>, mut writer: Writer) -> Result<ExitCode, Failure> {
    let (mut documents, mut failed) = (0, 0);
    let mut working: VecDeque<JoinHandle<Made>> = VecDeque::new();
    let mut more = true;
    while more || !working.is_empty() {
        let has_room = more && working.len() < work.asked.width();
        tokio::select! {
            chunk = chunks.chunks.recv(), if has_room => match chunk {
                Some(chunk) => working.push_back(tokio::spawn(Arc::clone(work).run(chunk))),
                None => more = false,
            },
            made = first(&mut working) => {
                let made = made?;
                (documents, failed) = (documents + made.documents, failed + made.failed);
                match writer.write(&made) {
                    Ok(()) => {}
                    // Whoever read it has seen enough.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::FAILURE),
                    Err(error) => return Err(format!("standard output cannot be written: {error}").into()),
                }
            }
        }
    }
    writer.end();
    chunks.reading.await??;
    if failed > 0 {
        warn(&format!("gloss: {failed} of {documents} documents failed"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits for what comes first in the order of the input, if there is anything.
async fn first(working: &mut VecDeque<JoinHandle<Made>>) -> Result<Made, Failure> {
    let Some(handle) = working.front_mut() else { return std::future::pending().await };
    let made = handle.await?;
    working.pop_front();
    Ok(made)
}

impl Work {
    async fn run(self: Arc<Self>, chunk: Chunk) -> Made {
        let documents = chunk.documents.len() as u64;
        let mut made = Made { lines: Vec::new(), documents, failed: 0, bytes: chunk.bytes };
        for raw in chunk.documents {
            let (id, item) = self.item(raw);
            made.lines.push(b'{');
            let succeeded = self.asked.answer(&mut made.lines, &id, item).await;
            made.lines.push(b'\n');
            made.failed += u64::from(!succeeded);
        }
        made
    }

    fn item(&self, Raw { id, content }: Raw) -> (String, Item) {
        let content = content
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "The document is not UTF-8.".to_owned()));
        match content {
            Ok(line) if self.unit == Unit::Json => {
                let item = Item::parse(&line).or_language(&self.language);
                (item.id().map_or(id, str::to_owned), item)
            }
            Ok(text) => (id, Item::of(text, self.language.clone())),
            Err(sentence) => (id, Item::broken(sentence)),
        }
    }
}

/// Where results go.
struct Writer {
    /// None for the lines as they are.
    table: Option<Table>,
    progress: ProgressBar,
}

impl Writer {
    fn write(&mut self, made: &Made) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        let mut write = || match &mut self.table {
            Some(table) => stdout.write_all(table.rows(&made.lines).as_bytes()),
            None => stdout.write_all(&made.lines),
        };
        // A bar on the same terminal is taken away meanwhile.
        let written = if io::stdout().is_terminal() { self.progress.suspend(write) } else { write() };
        written.and_then(|()| stdout.flush())?;
        self.progress.inc(made.bytes);
        Ok(())
    }

    fn end(&self) {
        self.progress.finish_and_clear();
    }
}

/// A bar on a terminal, with rate and time left where the input's length is known.
fn progress(sources: &[Source]) -> ProgressBar {
    let total: Option<u64> = sources.iter().map(Source::bytes).sum();
    let target = match io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(total, target);
    let template = match total {
        Some(_) => "{bar:30} {bytes} of {total_bytes}  {binary_bytes_per_sec}  {eta} left",
        None => "{spinner} {bytes}  {binary_bytes_per_sec}  {elapsed}",
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// What is asked, as a request would ask it.
fn question(arguments: &Arguments, snapshot: &Snapshot) -> Result<Question, Failure> {
    let mut settings: BTreeMap<&str, Vec<Member>> = BTreeMap::new();
    for written in &arguments.settings {
        let (name, value) = written
            .split_once('=')
            .ok_or_else(|| format!("--set takes NAME=VALUE, and `{written}` has no `=`"))?;
        let (service, name) = match (name.split_once('.'), arguments.services.0.as_slice()) {
            (Some((service, name)), _) => (service, name),
            (None, [service]) => (service.as_str(), name),
            (None, _) => {
                return Err(format!(
                    "--set {written}: several services are asked; name one as SERVICE.{written}"
                )
                .into());
            }
        };
        if !arguments.services.0.iter().any(|asked| asked == service) {
            return Err(format!("--set {written}: `{service}` is not asked").into());
        }
        let is_text = kind(snapshot, service, name) == Some(Kind::Text);
        let member = Member { name: name.to_owned(), value: setting(value, is_text) };
        settings.entry(service).or_default().push(member);
    }
    let wanted = |name: &String| Wanted {
        name: name.clone(),
        version: None,
        settings: settings.get(name.as_str()).cloned().unwrap_or_default(),
        explain: arguments.explain,
    };
    let services = arguments.services.0.iter().map(wanted).collect();
    Ok(Question { services, offsets: arguments.offsets.into(), deadline: None })
}

/// The kind that a setting has, where there is one.
fn kind(snapshot: &Snapshot, service: &str, name: &str) -> Option<Kind> {
    let Backend::Plugin(plugin) = &snapshot.service(service)?.backend else { return None };
    let mut settings = plugin.description().settings.iter();
    settings.find(|setting| setting.name == name).map(|setting| setting.kind)
}

/// A setting's value: JSON if it is that, a text otherwise. What is to be a text is one also if it looks like a
/// number.
fn setting(value: &str, is_text: bool) -> Value {
    match serde_json::from_str::<Box<RawValue>>(value) {
        Ok(json) if !is_text || json.get().starts_with('"') => Value::Json(json),
        _ => Value::Text(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_a_text_may_look_like_a_number() {
        let written = |value, is_text| match setting(value, is_text) {
            Value::Json(json) => format!("JSON {json}"),
            Value::Text(text) => format!("text {text}"),
            other => format!("{other:?}"),
        };
        assert_eq!(written("123", true), "text 123");
        assert_eq!(written("\"123\"", true), "JSON \"123\"");
        assert_eq!(written("123", false), "JSON 123");
        assert_eq!(written("word", false), "text word");
    }
}
