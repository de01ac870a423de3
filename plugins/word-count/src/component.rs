//! The component skin: from counts to the contract's types.

mod bindings {
    #![expect(unsafe_code, reason = "the generated glue hands memory over between guest and host")]
    wit_bindgen::generate!({ path: "../../wit", world: "plugin" });
    use super::WordCount;
    export!(WordCount);
}

use alloc::vec::Vec;
use alloc::{format, vec};

use bindings::exports::gloss::analyzer::analyzer::*;

use crate::counts::{Counts, WORDS_PER_MINUTE};

struct WordCount;

impl Guest for WordCount {
    fn describe() -> Description {
        Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: env!("CARGO_PKG_DESCRIPTION").into(),
            path: Some("/count".into()),
            languages: vec![],
            labels: vec![],
            open_labels: false,
            settings: vec![],
            outputs: outputs(),
            examples: vec![Example {
                text: "Gloss counts every word it reads.".into(),
                language: None,
                settings: vec![],
            }],
            metadata: vec![],
        }
    }

    fn analyze(document: Document, _options: Options) -> Result<Analysis, Refusal> {
        let counts = Counts::of(&document.text);
        Ok(Analysis {
            answer: Answer::Value(Value::Integer(integer(counts.tokens))),
            findings: vec![Finding::Measures(measures(&counts))],
        })
    }
}

fn measures(counts: &Counts) -> Vec<Measure> {
    let whole = [
        ("words", counts.words),
        ("unique-words", counts.unique_words),
        ("sentences", counts.sentences),
        ("paragraphs", counts.paragraphs),
        ("lines", counts.lines),
        ("characters", counts.characters),
        ("graphemes", counts.graphemes),
        ("bytes", counts.bytes),
    ];
    let whole = whole.into_iter().map(|(name, count)| (name, Quantity::Integer(integer(count))));
    let reading = ("reading-seconds", Quantity::Number(counts.reading_seconds()));
    whole.chain([reading]).map(|(name, quantity)| Measure { name: name.into(), quantity }).collect()
}

fn outputs() -> Vec<Output> {
    let reading = format!(
        "Silent reading of English non-fiction by an adult at {WORDS_PER_MINUTE} words a minute (Brysbaert 2019)."
    );
    [
        ("words", "words", "Segments between Unicode word boundaries (UAX 29) that hold a letter or digit."),
        ("unique-words", "words", "Different words, upper and lower case taken as one."),
        (
            "sentences",
            "sentences",
            "Segments between Unicode sentence boundaries (UAX 29) that hold a letter or digit.",
        ),
        ("paragraphs", "paragraphs", "Runs of lines that are not blank."),
        ("lines", "lines", "Lines, the last one with or without its line break."),
        ("characters", "code points", "Unicode code points."),
        (
            "graphemes",
            "grapheme clusters",
            "Characters as a reader sees them (extended grapheme clusters, UAX 29).",
        ),
        ("bytes", "bytes", "Bytes in UTF-8."),
        ("reading-seconds", "seconds", &reading),
    ]
    .into_iter()
    .map(|(name, unit, summary)| measure_output(name, unit, summary))
    .chain([Output {
        name: "result".into(),
        kind: OutputKind::Answer,
        summary: "Runs of anything but white space: Python's `len(text.split())`.".into(),
        unit: Some("words".into()),
        dimensions: None,
    }])
    .collect()
}

fn measure_output(name: &str, unit: &str, summary: &str) -> Output {
    Output {
        name: name.into(),
        kind: OutputKind::Measure,
        summary: summary.into(),
        unit: Some(unit.into()),
        dimensions: None,
    }
}

/// No text in a 32-bit memory has more of anything than fits.
fn integer(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Without the standard library a component imports nothing, and is instantiated in half the time.
mod runtime {
    #![expect(unsafe_code, reason = "an allocator and the end of a panic are no safe code's business")]

    #[global_allocator]
    static ALLOCATOR: Libc = Libc;

    /// The allocator of the C library that every component for WASI is linked with.
    struct Libc;

    #[link(name = "c")]
    unsafe extern "C" {
        fn malloc(bytes: usize) -> *mut u8;
        fn realloc(memory: *mut u8, bytes: usize) -> *mut u8;
        fn free(memory: *mut u8);
        fn aligned_alloc(align: usize, bytes: usize) -> *mut u8;
    }

    const MALLOC_ALIGN: usize = 8;

    unsafe impl core::alloc::GlobalAlloc for Libc {
        unsafe fn alloc(&self, layout: core::alloc::Layout) -> *mut u8 {
            unsafe {
                if layout.align() <= MALLOC_ALIGN {
                    malloc(layout.size())
                } else {
                    aligned_alloc(layout.align(), layout.size().next_multiple_of(layout.align()))
                }
            }
        }

        unsafe fn dealloc(&self, memory: *mut u8, _: core::alloc::Layout) {
            unsafe { free(memory) }
        }

        unsafe fn realloc(&self, memory: *mut u8, layout: core::alloc::Layout, bytes: usize) -> *mut u8 {
            unsafe {
                if layout.align() <= MALLOC_ALIGN {
                    realloc(memory, bytes)
                } else {
                    let new = self.alloc(core::alloc::Layout::from_size_align_unchecked(bytes, layout.align()));
                    if !new.is_null() {
                        core::ptr::copy_nonoverlapping(memory, new, layout.size().min(bytes));
                        self.dealloc(memory, layout);
                    }
                    new
                }
            }
        }
    }

    /// How the host gets memory for what it hands over.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn cabi_realloc(old: *mut u8, _: usize, align: usize, bytes: usize) -> *mut u8 {
        if bytes == 0 {
            return core::ptr::without_provenance_mut(align);
        }
        let new = unsafe { realloc(old, bytes) };
        if new.is_null() {
            core::arch::wasm32::unreachable();
        }
        new
    }

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
