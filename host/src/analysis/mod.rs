//! The words everyone speaks: plain domain types that cannot be wrong.
//!
//! This is the leaf of the module tree. Nothing here knows HTTP, WebAssembly or files, and whoever
//! holds one of these values need not check it again.

mod clusters;
mod description;
mod document;
mod findings;
mod name;
mod offsets;
mod span;
mod value;

pub use description::{Description, Example, Label, Output, OutputKind, Path, PathError, Setting};
pub use document::{Document, Options, Refusal, RefusalReason};
pub use findings::{Analysis, Answer, Evidence, Passage, ScoredLabel, Vector};
pub use name::{NameError, ServiceName, is_kebab_case};
pub use offsets::{OffsetMap, OffsetUnit};
pub use span::{ByteRange, Layer, RangeError, Relation, Span};
pub use value::{Kind, Measure, Member, Quantity, Score, Value};
