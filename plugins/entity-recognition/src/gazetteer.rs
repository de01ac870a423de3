//! What names are known, and as what.

use std::ops::BitOr;

use fst::Map;

/// What is known of a name: any of several things, or nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known(u64);

impl Known {
    /// A first name of people.
    pub const FIRST_NAME: Self = Self(1 << 0);
    /// A last name of people.
    pub const LAST_NAME: Self = Self(1 << 1);
    /// A country or a part of one.
    pub const COUNTRY: Self = Self(1 << 2);
    /// A town.
    pub const TOWN: Self = Self(1 << 3);
    /// A word that is common in lower case.
    pub const COMMON: Self = Self(1 << 4);
    /// A large company.
    pub const COMPANY: Self = Self(1 << 5);
    /// Mostly called a person in labelled texts.
    pub const SEEN_PERSON: Self = Self(1 << 6);
    /// Mostly called an organization in labelled texts.
    pub const SEEN_ORGANIZATION: Self = Self(1 << 7);
    /// Mostly called a location in labelled texts.
    pub const SEEN_LOCATION: Self = Self(1 << 8);

    /// Whether it is any of these.
    pub fn is(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Whether it is a name of any kind.
    pub fn is_name(self) -> bool {
        self.0 & !Self::COMMON.0 != 0
    }
}

impl BitOr for Known {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The gazetteer.
pub struct Gazetteer {
    map: Map<&'static [u8]>,
}

impl Gazetteer {
    /// The gazetteer inside the program. Nothing is read or copied.
    pub fn embedded() -> Self {
        let bytes: &'static [u8] = include_bytes!(concat!(env!("OUT_DIR"), "/gazetteer.fst"));
        match Map::new(bytes) {
            Ok(map) => Self { map },
            Err(error) => unreachable!("the build wrote a broken gazetteer: {error}"),
        }
    }

    /// What is known of a name, given in lower case with single spaces.
    pub fn known(&self, name: &str) -> Known {
        Known(self.map.get(name).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known() {
        let gazetteer = Gazetteer::embedded();
        assert!(gazetteer.known("ada").is(Known::FIRST_NAME));
        assert!(gazetteer.known("new york city").is(Known::TOWN));
        assert!(gazetteer.known("germany").is(Known::COUNTRY));
        assert!(gazetteer.known("microsoft").is(Known::COMPANY));
        assert!(gazetteer.known("house").is(Known::COMMON));
        assert_eq!(gazetteer.known("qwertyuiop"), Known::default());
    }
}
