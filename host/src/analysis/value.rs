//! Values: what settings, attributes, measures and results are made of.

use serde_json::value::RawValue;

/// A value of any kind.
#[derive(Clone, Debug)]
pub enum Value {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// Any text.
    Text(String),
    /// Several texts, in an order that matters.
    Texts(Vec<String>),
    /// Several finite numbers, in an order that matters.
    Numbers(Vec<f64>),
    /// A JSON text, checked for syntax and depth.
    Json(Box<RawValue>),
}

impl Value {
    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Boolean(_) => Kind::Boolean,
            Self::Integer(_) => Kind::Integer,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::Texts(_) => Kind::Texts,
            Self::Numbers(_) => Kind::Numbers,
            Self::Json(_) => Kind::Json,
        }
    }
}

/// The kinds of [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A finite number.
    Number,
    /// Any text.
    Text,
    /// Several texts.
    Texts,
    /// Several finite numbers.
    Numbers,
    /// Anything with a structure of its own.
    Json,
}

/// A named value.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it is called.
    pub name: String,
    /// The value.
    pub value: Value,
}

/// A count or another number that keeps its nature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
}

/// A number on a document.
#[derive(Clone, Debug)]
pub struct Measure {
    /// In kebab-case.
    pub name: String,
    /// How much.
    pub quantity: Quantity,
}

/// How sure an analyzer is: a finite number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Score(f64);

impl Score {
    /// Checks a score; `None` if it is not a number from 0 to 1.
    pub fn new(score: f64) -> Option<Self> {
        // NaN is in no range.
        (0.0..=1.0).contains(&score).then_some(Self(score))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}
