//! What a token can be: outside all names, or a part of a name of some kind.

use std::ops::{Index, IndexMut};

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// People, also in books and films.
    Person,
    /// Companies, institutions, parties, teams, bands.
    Organization,
    /// Countries, towns, streets, rivers.
    Location,
}

impl Kind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Person, Self::Organization, Self::Location];

    /// What it is called in an answer.
    pub fn label(self) -> &'static str {
        match self {
            Self::Person => "PERSON",
            Self::Organization => "ORGANIZATION",
            Self::Location => "LOCATION",
        }
    }
}

/// Where in a name a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The first of several.
    Begin,
    /// Between the first and the last.
    Inside,
    /// The last of several.
    End,
    /// The only one.
    Single,
}

impl Position {
    const ALL: [Self; 4] = [Self::Begin, Self::Inside, Self::End, Self::Single];

    /// Of a token among those from `first` to `last`.
    pub fn of(place: usize, first: usize, last: usize) -> Self {
        match (place == first, place == last) {
            (true, true) => Self::Single,
            (true, false) => Self::Begin,
            (false, true) => Self::End,
            (false, false) => Self::Inside,
        }
    }
}

/// How many labels there are.
pub const LABELS: usize = 13;

/// The label of a token: outside, or for each kind a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Label(u8);

impl Label {
    /// In no name.
    pub const OUTSIDE: Self = Self(0);

    /// All of them, in the order of their weights in a row.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..13).map(Self)
    }

    /// Of a token in a name.
    pub const fn of(kind: Kind, position: Position) -> Self {
        Self(1 + 4 * kind as u8 + position as u8)
    }

    /// The name's kind and the token's position in it, unless it is outside.
    pub fn in_name(self) -> Option<(Kind, Position)> {
        let place = usize::from(self.0).checked_sub(1)?;
        Some((*Kind::ALL.get(place / 4)?, *Position::ALL.get(place % 4)?))
    }

    /// Whether it may follow another: the parts of a name come in their order. Beyond the ends of a sequence all is
    /// outside.
    pub fn may_follow(self, before: Self) -> bool {
        let open = match before.in_name() {
            Some((kind, Position::Begin | Position::Inside)) => Some(kind),
            _ => None,
        };
        match self.in_name() {
            Some((kind, Position::Inside | Position::End)) => open == Some(kind),
            _ => open.is_none(),
        }
    }
}

/// Something for each label.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PerLabel<T>(pub [T; LABELS]);

impl<T: Copy> PerLabel<T> {
    /// The same for all.
    pub fn all(value: T) -> Self {
        Self([value; LABELS])
    }

    /// Something else for each.
    pub fn map<U>(self, to: impl FnMut(T) -> U) -> PerLabel<U> {
        PerLabel(self.0.map(to))
    }
}

impl<T> Index<Label> for PerLabel<T> {
    type Output = T;

    #[expect(clippy::indexing_slicing, reason = "labels are made below the length only")]
    fn index(&self, label: Label) -> &T {
        &self.0[usize::from(label.0)]
    }
}

impl<T> IndexMut<Label> for PerLabel<T> {
    #[expect(clippy::indexing_slicing, reason = "labels are made below the length only")]
    fn index_mut(&mut self, label: Label) -> &mut T {
        &mut self.0[usize::from(label.0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_it_was_made_of() {
        assert_eq!(Label::all().count(), LABELS);
        for label in Label::all() {
            match label.in_name() {
                Some((kind, position)) => assert_eq!(Label::of(kind, position), label),
                None => assert_eq!(label, Label::OUTSIDE),
            }
        }
    }

    #[test]
    fn the_parts_of_a_name_come_in_their_order() {
        use Kind::*;
        use Position::*;
        let may = |before, after| Label::of(Person, after).may_follow(Label::of(Person, before));
        assert!(may(Begin, Inside) && may(Inside, End) && may(End, Begin) && may(Single, Single));
        assert!(!may(Begin, Begin) && !may(End, Inside) && !may(Single, End) && !may(Inside, Single));
        assert!(!Label::of(Location, End).may_follow(Label::of(Person, Begin)));
        assert!(!Label::OUTSIDE.may_follow(Label::of(Person, Begin)));
        assert!(Label::OUTSIDE.may_follow(Label::OUTSIDE));
    }
}
