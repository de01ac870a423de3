//! The contract's types as they lie in memory, as far as this component uses them.
//!
//! The canonical ABI of components lays a record out as C does a struct, and a variant as a tag and a union behind it. So
//! types of that form are handed over where they lie, constants too. Generated bindings bring code that copies every type of
//! the contract, used or not: it would be three quarters of this component.
//!
//! **The host trusts these layouts**: a field too many or in the wrong place is memory read as something else. The golden
//! cases would show it.

use core::mem::MaybeUninit;
use core::ptr;
use core::slice;

/// A string: where its bytes are, and how many.
#[repr(C)]
pub(crate) struct Text {
    at: *const u8,
    bytes: usize,
}

impl Text {
    /// A string that must live until the answer was read.
    pub(crate) const fn of(text: &str) -> Self {
        Self { at: text.as_ptr(), bytes: text.len() }
    }

    /// Its bytes.
    ///
    /// # Safety
    ///
    /// The host wrote it for this call, which must outlive what is returned.
    pub(crate) unsafe fn bytes<'call>(&self) -> &'call [u8] {
        // SAFETY: the caller vouches for it.
        unsafe { slice::from_raw_parts(self.at, self.bytes) }
    }
}

/// A list: where its items are, and how many.
#[repr(C)]
pub(crate) struct List<T> {
    at: *const T,
    count: usize,
}

impl<T> List<T> {
    pub(crate) const NONE: Self = Self { at: ptr::dangling(), count: 0 };

    /// A list of items that must live until the answer was read.
    pub(crate) const fn of(items: &[T]) -> Self {
        Self { at: items.as_ptr(), count: items.len() }
    }

    /// Its items.
    ///
    /// # Safety
    ///
    /// The host wrote it for this call, which must outlive what is returned.
    pub(crate) unsafe fn items<'call>(&self) -> &'call [T] {
        // SAFETY: the caller vouches for it.
        unsafe { slice::from_raw_parts(self.at, self.count) }
    }
}

/// An option.
#[repr(C)]
pub(crate) struct Maybe<T> {
    is_there: u8,
    value: MaybeUninit<T>,
}

impl<T> Maybe<T> {
    pub(crate) const NONE: Self = Self { is_there: 0, value: MaybeUninit::zeroed() };

    pub(crate) const fn some(value: T) -> Self {
        Self { is_there: 1, value: MaybeUninit::new(value) }
    }
}

/// What a variant holds beside its tag, where one of its cases holds a number of eight bytes.
#[repr(C, align(8))]
pub(crate) struct Aligned<T>(pub(crate) T);

/// A value. This component has only lists of texts.
#[repr(C)]
pub(crate) struct Texts {
    tag: u8,
    texts: Aligned<List<Text>>,
}

impl Texts {
    /// The place of `texts` among a value's cases.
    const TAG: u8 = 4;

    pub(crate) const fn of(texts: &[Text]) -> Self {
        Self { tag: Self::TAG, texts: Aligned(List::of(texts)) }
    }

    /// The texts, if it is such a value.
    pub(crate) fn texts(&self) -> Option<&List<Text>> {
        (self.tag == Self::TAG).then_some(&self.texts.0)
    }
}

#[repr(C)]
pub(crate) struct Member {
    pub(crate) name: Text,
    pub(crate) value: Texts,
}

#[repr(C)]
pub(crate) struct Description {
    pub(crate) name: Text,
    pub(crate) version: Text,
    pub(crate) summary: Text,
    pub(crate) path: Maybe<Text>,
    pub(crate) languages: List<Text>,
    pub(crate) labels: List<Label>,
    pub(crate) open_labels: bool,
    pub(crate) settings: List<Setting>,
    pub(crate) outputs: List<Output>,
    pub(crate) examples: List<Example>,
    pub(crate) metadata: List<Member>,
}

#[repr(C)]
pub(crate) struct Label {
    pub(crate) name: Text,
    pub(crate) summary: Text,
    pub(crate) group: Maybe<Text>,
}

#[repr(C)]
pub(crate) struct Setting {
    pub(crate) name: Text,
    pub(crate) summary: Text,
    pub(crate) kind: Kind,
    pub(crate) default: Maybe<Texts>,
    pub(crate) minimum: Maybe<f64>,
    pub(crate) maximum: Maybe<f64>,
    pub(crate) choices: List<Text>,
}

/// The kind of a setting.
#[repr(u8)]
pub(crate) enum Kind {
    Texts = 4,
}

#[repr(C)]
pub(crate) struct Output {
    pub(crate) name: Text,
    pub(crate) kind: OutputKind,
    pub(crate) summary: Text,
    pub(crate) unit: Maybe<Text>,
    pub(crate) dimensions: Maybe<u32>,
}

#[repr(u8)]
pub(crate) enum OutputKind {
    Passage = 3,
}

#[repr(C)]
pub(crate) struct Example {
    pub(crate) text: Text,
    pub(crate) language: Maybe<Text>,
    pub(crate) settings: List<Member>,
}

/// What `analyze` returns, if it is an analysis whose answer is a passage.
#[repr(C)]
pub(crate) struct Answered {
    is_refusal: bool,
    answer: Aligned<Answer>,
    findings: List<Finding>,
}

#[repr(C)]
struct Answer {
    tag: u8,
    passage: Aligned<Passage>,
}

/// A finding that is a layer.
#[repr(C)]
pub(crate) struct Finding {
    tag: u8,
    layer: Layer,
}

impl Answered {
    pub(crate) const fn with(passage: Passage, findings: List<Finding>) -> Self {
        // The place of `passage` among an answer's cases.
        Self { is_refusal: false, answer: Aligned(Answer { tag: 5, passage: Aligned(passage) }), findings }
    }
}

impl Finding {
    pub(crate) const fn of(layer: Layer) -> Self {
        // The place of `layer` among a finding's cases.
        Self { tag: 2, layer }
    }
}

#[repr(C)]
pub(crate) struct Passage {
    pub(crate) name: Text,
    pub(crate) text: Text,
    pub(crate) language: Maybe<Text>,
    pub(crate) attributes: List<Member>,
}

#[repr(C)]
pub(crate) struct Layer {
    pub(crate) name: Text,
    pub(crate) over: Maybe<Text>,
    pub(crate) spans: List<Span>,
    pub(crate) relations: List<Relation>,
}

/// Of which this component has none; a list of them has their alignment all the same.
#[repr(C, align(8))]
pub(crate) struct Relation(());

#[repr(C)]
pub(crate) struct Span {
    pub(crate) range: Range,
    pub(crate) parts: List<Range>,
    pub(crate) label: Maybe<Text>,
    pub(crate) score: Maybe<f64>,
    pub(crate) attributes: List<Member>,
}

#[repr(C)]
pub(crate) struct Range {
    pub(crate) start: u32,
    pub(crate) end: u32,
}
