//! The component skin: from what is found to the contract's types.

/// What the linker needs to make a component: the contract's types, in a section of their own.
mod contract {
    wit_bindgen::generate!({ path: "../../../wit", world: "plugin" });
}

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::slice;

use crate::abi::{
    Answered, Description, Example, Finding, Kind, Label, Layer, List, Maybe, Member, Output, OutputKind,
    Passage, Range, Setting, Span, Text, Texts,
};
use crate::personal::{self, Found, find};
use crate::runtime::MEMORY;

const NAMES: &[Text] =
    &[Text::of("EMAIL"), Text::of("IBAN"), Text::of("IP"), Text::of("CARD"), Text::of("PHONE")];

const LABELS: &[Label] = &[
    label("EMAIL", "An e-mail address."),
    label("IBAN", "An international bank account number whose check holds."),
    label("IP", "An IPv4 address."),
    label("CARD", "The number of a payment card whose check holds."),
    label("PHONE", "A telephone number."),
];

const fn label(name: &'static str, summary: &'static str) -> Label {
    Label { name: Text::of(name), summary: Text::of(summary), group: Maybe::NONE }
}

const SETTINGS: &[Setting] = &[Setting {
    name: Text::of("types"),
    summary: Text::of("What is taken out."),
    kind: Kind::Texts,
    default: Maybe::some(Texts::of(NAMES)),
    minimum: Maybe::NONE,
    maximum: Maybe::NONE,
    choices: List::of(NAMES),
}];

const OUTPUTS: &[Output] = &[Output {
    name: Text::of("redacted"),
    kind: OutputKind::Passage,
    summary: Text::of("The text without it."),
    unit: Maybe::NONE,
    dimensions: Maybe::NONE,
}];

const EXAMPLES: &[Example] =
    &[example("Write to ada@example.org or call +44 20 7946 0958."), example("Nothing of the kind is here.")];

const fn example(text: &'static str) -> Example {
    Example { text: Text::of(text), language: Maybe::NONE, settings: List::NONE }
}

/// Handed over where it lies.
struct Constant(Description);

// SAFETY: nobody writes to it.
#[expect(unsafe_code, reason = "it holds pointers, to constants")]
unsafe impl Sync for Constant {}

static DESCRIPTION: Constant = Constant(Description {
    name: Text::of(env!("CARGO_PKG_NAME")),
    version: Text::of(env!("CARGO_PKG_VERSION")),
    summary: Text::of(env!("CARGO_PKG_DESCRIPTION")),
    path: Maybe::some(Text::of("/redact")),
    languages: List::NONE,
    labels: List::of(LABELS),
    open_labels: false,
    settings: List::of(SETTINGS),
    outputs: List::of(OUTPUTS),
    examples: List::of(EXAMPLES),
    metadata: List::NONE,
});

#[expect(unsafe_code, reason = "the name is the contract's")]
#[unsafe(export_name = "gloss:analyzer/analyzer@1.0.0#describe")]
extern "C" fn describe() -> *const Description {
    &raw const DESCRIPTION.0
}

/// Analyzes a document: its text, its language and metadata, of which nothing is used, the settings, and whether an
/// explanation is wanted. What is returned stays until [`answered`] is called.
///
/// # Safety
///
/// As the canonical ABI has it: each pointer is to as many items as are said, and to nobody else's.
#[expect(unsafe_code, reason = "the ABI hands the fields of a record over one by one")]
#[unsafe(export_name = "gloss:analyzer/analyzer@1.0.0#analyze")]
unsafe extern "C" fn analyze(
    text: *const u8,
    text_bytes: usize,
    _has_language: i32,
    _language: *const u8,
    _language_bytes: usize,
    _metadata: *const c_void,
    _metadata_count: usize,
    settings: *const Member,
    settings_count: usize,
    _explain: i32,
) -> *const Answered {
    // SAFETY: the host wrote them for this call; a string of the component model is UTF-8.
    let (text, settings) = unsafe {
        let text = str::from_utf8_unchecked(slice::from_raw_parts(text, text_bytes));
        (text, slice::from_raw_parts(settings, settings_count))
    };
    Box::leak(Box::new(answer(text, &find(text, &wanted(settings)))))
}

#[expect(unsafe_code, reason = "the name is the contract's")]
#[unsafe(export_name = "cabi_post_gloss:analyzer/analyzer@1.0.0#analyze")]
extern "C" fn answered(_: *const Answered) {
    MEMORY.begin_anew();
}

/// The kinds that the setting names.
fn wanted(settings: &[Member]) -> Vec<personal::Kind> {
    let Some(names) = settings.first().and_then(|setting| setting.value.texts()) else { return vec![] };
    // SAFETY: the settings are the host's.
    #[expect(unsafe_code, reason = "the list is read where the host wrote it")]
    let is_named = |kind: &personal::Kind| unsafe {
        names.items().iter().any(|name| name.bytes() == kind.label().as_bytes())
    };
    personal::Kind::ALL.into_iter().filter(is_named).collect()
}

/// What is leaked here is given back when the answer was read.
fn answer(text: &str, found: &[Found]) -> Answered {
    let spans: Vec<Span> = found.iter().map(span).collect();
    let layer = Layer {
        name: Text::of("personal-data"),
        over: Maybe::NONE,
        spans: List::of(spans.leak()),
        relations: List::NONE,
    };
    let passage = Passage {
        name: Text::of("redacted"),
        text: Text::of(redacted(text, found).leak()),
        language: Maybe::NONE,
        attributes: List::NONE,
    };
    Answered::with(passage, List::of(vec![Finding::of(layer)].leak()))
}

/// The text with a label in the place of everything that was found.
fn redacted(text: &str, found: &[Found]) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut end = 0;
    for Found { range, kind } in found {
        redacted.push_str(text.get(end..range.start).unwrap_or_default());
        redacted.push('[');
        redacted.push_str(kind.label());
        redacted.push(']');
        end = range.end;
    }
    redacted.push_str(text.get(end..).unwrap_or_default());
    redacted
}

fn span(found: &Found) -> Span {
    // The text came through a 32-bit memory, so its offsets fit.
    let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let range = Range { start: offset(found.range.start), end: offset(found.range.end) };
    let label = Maybe::some(Text::of(found.kind.label()));
    Span { range, parts: List::NONE, label, score: Maybe::NONE, attributes: List::NONE }
}
