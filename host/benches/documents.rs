//! Many documents: batches, streams and the command line.
//!
//! ```text
//! cargo bench -p gloss --bench documents [-- MEGABYTES]
//! ```
//!
//! - a batch of a thousand documents in one request beside a thousand requests of the old face, one after the
//!   other over one kept-alive connection, and the same batch with its language said instead of detected;
//! - the offsets of ten thousand spans in a text of one mebibyte, in every unit;
//! - a stream of documents of 1 KiB, 1000 megabytes or as many as are asked for: its rate, and the most memory
//!   (Pss) of the gateway meanwhile;
//! - `gloss analyze word-count --lines` over a file of as many megabytes, beside the same function called natively
//!   on as many threads, which reads the lines and writes a result for each as well. Once with lines of ASCII, which
//!   word-count has a fast path for, and once with quotation marks beyond it (a quarter of the megabytes).

#![expect(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and ends where it fails"
)]

#[path = "common/connection.rs"]
mod connection;
#[path = "common/memory.rs"]
mod memory;
#[path = "common/program.rs"]
mod program;
#[path = "common/quantile.rs"]
mod quantile;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use gloss::analysis::{ByteRange, OffsetMap, OffsetUnit};
use serde_json::json;
use word_count::counts::Counts;

use connection::{Connection, request};
use memory::mebibytes;
use program::Program;
use quantile::quantile;

const MEGABYTES: u64 = 1000;
const BATCH: usize = 1000;
const ROUNDS: usize = 9;
const PROSE: &str = "Ada Lovelace met Charles Babbage in London in June 1833, and she was delighted! \
    The Analytical Engine was not finished, sadly; the Treasury of Great Britain would not pay for it. ";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // Under `cargo test --benches` there is nothing to test.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let megabytes = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(MEGABYTES);
    let state = tempfile::tempdir().expect("a temporary folder");
    let program = Program::start(state.path(), &[]);
    let allocation = &program.status("word-count")["allocation"];
    println!("instances: {allocation}, ready after {:?}", program.ready_after);
    batches(program.address);
    offsets();
    stream(&program, megabytes);
    for line_bytes in [100, 1024, 10 * 1024] {
        println!("lines of ASCII:");
        lines(state.path(), megabytes, line_bytes, text);
        println!("lines with quotation marks beyond it:");
        lines(state.path(), megabytes / 4, line_bytes, typographic);
    }
}

/// Prose of so many bytes, another for each number.
fn text(number: usize, bytes: usize) -> String {
    let mut text = format!("{number}: ");
    text.extend(PROSE.chars().cycle().skip(number % 50).take(bytes.saturating_sub(text.len())));
    text
}

/// The same with typographic quotation marks in it.
fn typographic(number: usize, bytes: usize) -> String {
    let (open, close) = ('\u{201c}', '\u{201d}');
    let mut text = text(number, bytes - open.len_utf8() - close.len_utf8());
    text.insert(text.len() / 2, close);
    text.insert(text.len() / 3, open);
    text
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort();
    quantile(&durations, 50)
}

fn batches(address: SocketAddr) {
    let documents: Vec<_> = (0..BATCH).map(|number| json!({"text": text(number, 100)})).collect();
    let batch = json!({"documents": documents, "services": ["word-count"]}).to_string();
    let batch = request("POST", "/v1/analyze", &batch);
    let document = |number| json!({"text": text(number, 100), "language": "en"});
    let documents: Vec<_> = (0..BATCH).map(document).collect();
    let said = json!({"documents": documents, "services": ["word-count"]}).to_string();
    let said = request("POST", "/v1/analyze", &said);
    let singles: Vec<Vec<u8>> = (0..BATCH)
        .map(|number| json!({"service": "word-count", "text": text(number, 100)}).to_string())
        .map(|body| request("POST", "/analyze", &body))
        .collect();
    let mut connection = Connection::open(address).expect("a connection");
    let (mut together, mut in_english, mut apart) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (batch, times) in [(&batch, &mut together), (&said, &mut in_english)] {
            let begin = Instant::now();
            assert_eq!(connection.ask(batch).expect("an answer").status, 200);
            times.push(begin.elapsed());
        }
        let begin = Instant::now();
        for single in &singles {
            let answer = connection.ask(single).expect("an answer");
            assert!(answer.status == 200 && answer.body.starts_with(b"{\"result\":"));
        }
        apart.push(begin.elapsed());
    }
    let (together, in_english, apart) = (median(together), median(in_english), median(apart));
    let each = |all: Duration| all.as_secs_f64() * 1e6 / BATCH as f64;
    println!(
        "a batch of {BATCH}: {:.1} us a document, {:.1} us if its language is said; by themselves: {:.1} us; {:.1} times \
         faster",
        each(together),
        each(in_english),
        each(apart),
        each(apart) / each(together)
    );
}

fn offsets() {
    let text: String = "Zoe\u{301} met Ada in Zürich 😀. ".chars().cycle().take(900_000).collect();
    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
    let range = |number: usize| {
        let (start, end) = (places[number * 80], places[number * 80 + 12]);
        ByteRange::of(&text, start as u32, end as u32).expect("it is on boundaries")
    };
    let ranges: Vec<ByteRange> = (0..10_000).map(range).collect();
    println!("offsets of {} spans in {} KiB:", ranges.len(), text.len() / 1024);
    for unit in [OffsetUnit::CodePoint, OffsetUnit::Utf16, OffsetUnit::Utf8, OffsetUnit::Grapheme] {
        let turns = (0..ROUNDS).map(|_| {
            let begin = Instant::now();
            let map = OffsetMap::new(std::hint::black_box(&text), unit);
            for range in &ranges {
                std::hint::black_box(map.convert(*range));
            }
            begin.elapsed()
        });
        println!("  {unit:?}: {:.2} ms", median(turns.collect()).as_secs_f64() * 1e3);
    }
}

fn stream(program: &Program, megabytes: u64) {
    let idle = mebibytes(program.child.id());
    let line = format!("{}\n", json!({"text": text(7, 1024 - 12)}));
    let documents = megabytes * 1_000_000 / line.len() as u64;
    let head = "POST /v1/analyze/stream?services=word-count HTTP/1.1\r\nHost: x\r\n\
        Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut connection = TcpStream::connect(program.address).expect("a connection");
    let mut reading = connection.try_clone().expect("the same");
    connection.write_all(head.as_bytes()).expect("it takes the head");
    let chunk = line.repeat(16);
    let begin = Instant::now();
    let (read, most) = most_while(program.child.id(), || {
        let sending = thread::spawn(move || {
            let chunk = format!("{:x}\r\n{chunk}\r\n", chunk.len());
            for _ in 0..documents / 16 {
                connection.write_all(chunk.as_bytes()).expect("it takes lines");
            }
            connection.write_all(b"0\r\n\r\n").expect("it takes the end");
        });
        let (mut piece, mut read, mut last) = (vec![0; 1 << 20], 0_u64, Vec::new());
        while !last.ends_with(b"0\r\n\r\n") {
            let bytes = reading.read(&mut piece).expect("it answers");
            assert!(bytes > 0, "the answer broke off");
            read += bytes as u64;
            last.extend_from_slice(&piece[bytes.saturating_sub(300)..bytes]);
            last.drain(..last.len().saturating_sub(300));
        }
        sending.join().expect("it does not panic");
        let last = String::from_utf8_lossy(&last);
        assert!(last.contains("\"failed\":0"), "{last}");
        read
    });
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "a stream of {documents} documents of {} bytes: {:.0} documents a second, {} MB of answers; memory {idle:.1} MiB \
         before, {most:.1} MiB at most",
        line.len(),
        documents as f64 / seconds,
        read / 1_000_000
    );
}

fn lines(folder: &Path, megabytes: u64, line_bytes: usize, text: fn(usize, usize) -> String) {
    let file = folder.join("lines.txt");
    let count = megabytes * 1_000_000 / line_bytes as u64;
    let mut writer = BufWriter::new(File::create(&file).expect("a file"));
    let kinds: Vec<String> = (0..100).map(|number| text(number, line_bytes - 1) + "\n").collect();
    for number in 0..count {
        writer.write_all(kinds[number as usize % kinds.len()].as_bytes()).expect("room");
    }
    drop(writer);
    // Read once, so that both find it in memory.
    std::io::copy(&mut File::open(&file).expect("a file"), &mut std::io::sink()).expect("it can be read");
    let begin = Instant::now();
    natively(&file);
    let native = begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_gloss"))
        .args(["analyze", "word-count", "--lines", "--state"])
        .arg(folder.join("of-the-command-line"))
        .arg(&file)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let (status, most) = most_while(child.id(), || {
        loop {
            if let Some(status) = child.try_wait().expect("it runs") {
                return status;
            }
            thread::sleep(Duration::from_millis(5));
        }
    });
    let analyzed = begin.elapsed().as_secs_f64();
    assert!(status.success(), "{status}");
    println!(
        "{count} lines of {line_bytes} bytes: natively {:.0} MB/s, `gloss analyze` {:.0} MB/s, {:.2} of it; {most:.1} MiB at most",
        megabytes as f64 / native,
        megabytes as f64 / analyzed,
        native / analyzed
    );
    std::fs::remove_file(file).expect("it was there");
}

/// Reads lines, counts them on every processor, and writes a result for each, as `gloss analyze` does.
fn natively(file: &Path) {
    let workers = available_parallelism().map_or(1, usize::from);
    let (send, receive) = sync_channel::<Vec<String>>(2 * workers);
    let receive = Mutex::new(receive);
    let next = |receive: &Mutex<Receiver<Vec<String>>>| receive.lock().expect("nobody panicked").recv().ok();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut nowhere = File::options().write(true).open("/dev/null").expect("it is there");
                while let Some(lines) = next(&receive) {
                    let mut written = Vec::new();
                    for line in lines {
                        let counts = Counts::of(&line);
                        let Counts { tokens, words, unique_words, sentences, paragraphs, .. } = counts;
                        let Counts { lines, characters, graphemes, bytes, .. } = counts;
                        write!(
                            written,
                            "{{\"result\":{tokens},\"measures\":{{\"words\":{words},\"unique-words\":{unique_words},\
                             \"sentences\":{sentences},\"paragraphs\":{paragraphs},\"lines\":{lines},\
                             \"characters\":{characters},\"graphemes\":{graphemes},\"bytes\":{bytes}}}}}"
                        )
                        .expect("there is memory");
                        written.push(b'\n');
                    }
                    nowhere.write_all(&written).expect("it takes everything");
                }
            });
        }
        let mut chunk = Vec::new();
        for line in BufReader::with_capacity(1 << 17, File::open(file).expect("a file")).lines() {
            chunk.push(line.expect("UTF-8"));
            if chunk.len() == 256 {
                send.send(std::mem::take(&mut chunk)).expect("somebody takes it");
            }
        }
        send.send(chunk).expect("somebody takes it");
        drop(send);
    });
}

/// What some work gives, and the most memory that a process had meanwhile.
fn most_while<T>(process: u32, work: impl FnOnce() -> T) -> (T, f64) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut most = 0_f64;
            while !done.load(Ordering::Relaxed) {
                most = most.max(mebibytes(process));
                thread::sleep(Duration::from_millis(100));
            }
            most
        });
        let made = work();
        done.store(true, Ordering::Relaxed);
        (made, watching.join().unwrap_or_default())
    })
}
