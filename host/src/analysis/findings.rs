//! What was found in one document.

use super::{ByteRange, Layer, Measure, Member, Score, Value};

/// What was found in one document: the answer, and what stands beside it.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The one thing a client asked for.
    pub answer: Answer,
    /// Labels of the whole document, in the analyzer's order.
    pub labels: Vec<ScoredLabel>,
    /// Numbers on the document.
    pub measures: Vec<Measure>,
    /// Layers of spans beside the answer.
    pub layers: Vec<Layer>,
    /// Further texts.
    pub passages: Vec<Passage>,
    /// Further vectors.
    pub vectors: Vec<Vector>,
    /// Values that nothing else here can say.
    pub data: Vec<Member>,
    /// What spoke most for or against the answer.
    pub explanation: Vec<Evidence>,
    /// What to be careful about.
    pub warnings: Vec<String>,
}

impl Analysis {
    /// An analysis that is nothing but its answer.
    pub fn of(answer: Answer) -> Self {
        Self {
            answer,
            labels: Vec::new(),
            measures: Vec::new(),
            layers: Vec::new(),
            passages: Vec::new(),
            vectors: Vec::new(),
            data: Vec::new(),
            explanation: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The passage of this name, the answer included.
    pub fn passage(&self, name: &str) -> Option<&Passage> {
        let answer = match &self.answer {
            Answer::Passage(passage) => Some(passage),
            _ => None,
        };
        answer.into_iter().chain(&self.passages).find(|passage| passage.name == name)
    }
}

/// The result proper.
#[derive(Clone, Debug)]
pub enum Answer {
    /// There is none.
    Nothing,
    /// A value.
    Value(Value),
    /// The document's label.
    Label(String),
    /// Several labels of the document.
    Labels(Vec<String>),
    /// The spans of one layer.
    Layer(Layer),
    /// A new text.
    Passage(Passage),
    /// The document as a point in a space.
    Vector(Vector),
}

/// A label of the whole document.
#[derive(Clone, Debug)]
pub struct ScoredLabel {
    /// The label.
    pub name: String,
    /// The group that the description puts it in.
    pub group: Option<String>,
    /// How sure the analyzer is.
    pub score: Option<Score>,
}

/// A text that an analyzer wrote.
#[derive(Clone, Debug)]
pub struct Passage {
    /// In kebab-case.
    pub name: String,
    /// The text.
    pub text: String,
    /// Its language, if it is not the document's.
    pub language: Option<String>,
    /// More on it.
    pub attributes: Vec<Member>,
}

/// A point in a space in which near means alike.
#[derive(Clone, Debug)]
pub struct Vector {
    /// In kebab-case.
    pub name: String,
    /// Finite numbers.
    pub components: Vec<f32>,
}

/// A part of the document and how it weighed.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Where it is.
    pub range: ByteRange,
    /// The label it speaks to; none for the answer as such.
    pub label: Option<String>,
    /// Above 0 if it speaks for, below 0 if against; finite.
    pub weight: f64,
}
