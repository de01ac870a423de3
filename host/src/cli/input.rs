//! Documents from files and standard input, read in chunks that are worked on side by side.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;

use super::Failure;

/// Documents that are worked on together, by one instance after the other.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) documents: Vec<Raw>,
    /// What of the input they are, line ends included.
    pub(super) bytes: u64,
}

/// A document as it was read.
#[derive(Debug)]
pub(super) struct Raw {
    /// The file, and the line where a line is a document.
    pub(super) id: String,
    /// What it is, or a sentence on why it is none.
    pub(super) content: Result<Vec<u8>, String>,
}

/// What a document is in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// All of a file.
    File,
    /// A line. An empty one is a document without text, so that lines keep their numbers.
    Line,
    /// A line that is JSON, and its id if it has one. An empty line is none.
    Json,
}

/// What chunks are made of: enough to make handing them on cheap, little enough to keep all processors busy.
const CHUNK_DOCUMENTS: usize = 256;
const CHUNK_BYTES: u64 = 128 * 1024;
const BUFFER_BYTES: usize = 128 * 1024;

/// Where documents come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Standard input.
    Standard,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// Sources by their names; `-` is standard input, and so is nothing.
    pub(super) fn all(files: Vec<PathBuf>) -> Vec<Self> {
        if files.is_empty() {
            return vec![Self::Standard];
        }
        let source = |file: PathBuf| if file == Path::new("-") { Self::Standard } else { Self::File(file) };
        files.into_iter().map(source).collect()
    }

    /// How long it is, if that can be told before.
    pub(super) fn bytes(&self) -> Option<u64> {
        match self {
            Self::Standard => None,
            Self::File(file) => file.metadata().ok().filter(|file| file.is_file()).map(|file| file.len()),
        }
    }

    fn open(&self) -> Result<Input, Failure> {
        let input: Box<dyn Read> = match self {
            Self::Standard => Box::new(io::stdin()),
            Self::File(file) => {
                let opened = File::open(file);
                Box::new(opened.map_err(|error| format!("{} cannot be read: {error}", file.display()))?)
            }
        };
        Ok(BufReader::with_capacity(BUFFER_BYTES, input))
    }
}

type Input = BufReader<Box<dyn Read>>;

/// Reads sources to their end, or until nobody takes chunks any more.
pub(super) struct Reader {
    pub(super) unit: Unit,
    /// Longest document, in bytes: of a longer one no more is kept.
    pub(super) limit_bytes: usize,
    /// Whether a line's id names its file.
    pub(super) names_files: bool,
    pub(super) chunks: mpsc::Sender<Chunk>,
}

/// Nobody takes chunks any more.
struct Gone;

impl Reader {
    /// Reads one source after the other.
    ///
    /// # Errors
    ///
    /// The first that cannot be read.
    pub(super) fn read(&self, sources: &[Source]) -> Result<(), Failure> {
        let mut chunk = Chunk::default();
        for source in sources {
            let mut input = source.open()?;
            let read = match self.unit {
                Unit::File => self.read_file(source, &mut input, &mut chunk),
                Unit::Line | Unit::Json => self.read_lines(source, &mut input, &mut chunk),
            };
            match read {
                Ok(Ok(())) => {}
                Ok(Err(Gone)) => return Ok(()),
                Err(error) => return Err(format!("{} cannot be read: {error}", name(source)).into()),
            }
        }
        // What is left. If nobody takes it, nobody waits for it.
        let _ = self.send(&mut chunk);
        Ok(())
    }

    fn read_file(
        &self,
        source: &Source,
        input: &mut Input,
        chunk: &mut Chunk,
    ) -> io::Result<Result<(), Gone>> {
        let mut content = Vec::new();
        let read = input.take(self.limit_bytes as u64 + 1).read_to_end(&mut content)?;
        let content = if read > self.limit_bytes { Err(self.too_long()) } else { Ok(content) };
        chunk.documents.push(Raw { id: name(source), content });
        chunk.bytes += source.bytes().unwrap_or(read as u64);
        Ok(self.send(chunk))
    }

    fn read_lines(
        &self,
        source: &Source,
        input: &mut Input,
        chunk: &mut Chunk,
    ) -> io::Result<Result<(), Gone>> {
        for number in 1_u64.. {
            let mut line = Vec::new();
            let limit = self.limit_bytes as u64 + 2;
            let mut read = input.by_ref().take(limit).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(Ok(()));
            }
            let ended = line.ends_with(b"\n");
            if !ended && read as u64 == limit {
                read += input.skip_until(b'\n')?;
            }
            let line_end = if line.ends_with(b"\r\n") { 2 } else { usize::from(ended) };
            line.truncate(line.len() - line_end);
            let too_long = line.len() > self.limit_bytes;
            let content = if too_long { Err(self.too_long()) } else { Ok(line) };
            chunk.bytes += read as u64;
            let is_document = match (self.unit, &content) {
                (Unit::Json, Ok(line)) => !line.trim_ascii().is_empty(),
                _ => true,
            };
            if is_document {
                let id = match self.names_files {
                    true => format!("{}:{number}", name(source)),
                    false => number.to_string(),
                };
                chunk.documents.push(Raw { id, content });
            }
            // Somebody may be typing: what there is is not kept waiting for more.
            let waits = input.buffer().is_empty();
            let full = chunk.documents.len() >= CHUNK_DOCUMENTS || chunk.bytes >= CHUNK_BYTES;
            if (full || waits) && self.send(chunk).is_err() {
                return Ok(Err(Gone));
            }
        }
        Ok(Ok(()))
    }

    fn send(&self, chunk: &mut Chunk) -> Result<(), Gone> {
        let chunk = std::mem::take(chunk);
        if chunk.bytes == 0 && chunk.documents.is_empty() {
            return Ok(());
        }
        self.chunks.blocking_send(chunk).map_err(|_| Gone)
    }

    fn too_long(&self) -> String {
        format!("The document has more than {} bytes.", self.limit_bytes)
    }
}

/// A source as people call it.
fn name(source: &Source) -> String {
    match source {
        Source::Standard => "-".into(),
        Source::File(file) => file.display().to_string(),
    }
}
