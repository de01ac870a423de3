//! The lexicon: what lists and unlabelled text say of a word or a phrase, in a table that is used where it lies.

use crate::tokens::Token;

/// Entries of a bucket.
pub const BUCKET: usize = 4;
/// Bytes of an entry: mark, flags, cluster (each of two bytes), case, and one that is free.
pub const ENTRY_BYTES: usize = 8;
/// Bytes of a bucket.
pub const BUCKET_BYTES: usize = BUCKET * ENTRY_BYTES;

/// What lists say of a word or phrase: one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flags(pub u16);

impl Flags {
    /// A given name.
    pub const FIRST_NAME: Self = Self(1);
    /// A family name.
    pub const LAST_NAME: Self = Self(1 << 1);
    /// A town.
    pub const TOWN: Self = Self(1 << 2);
    /// A country, a province, a continent, a sea: a place that is no town.
    pub const REGION: Self = Self(1 << 3);
    /// An organization.
    pub const ORGANIZATION: Self = Self(1 << 4);
    /// A person by the whole name, or by the one they are known by.
    pub const PERSON: Self = Self(1 << 5);
    /// What comes before the name of a person.
    pub const TITLE: Self = Self(1 << 6);
    /// What the name of an organization ends with.
    pub const ORGANIZATION_END: Self = Self(1 << 7);
    /// What the name of an organization begins with.
    pub const ORGANIZATION_HEAD: Self = Self(1 << 8);
    /// What the name of a place ends with.
    pub const PLACE_END: Self = Self(1 << 9);
    /// What the name of a place begins with.
    pub const PLACE_HEAD: Self = Self(1 << 10);
    /// A people, a tongue or a faith.
    pub const PEOPLE: Self = Self(1 << 11);
    /// A small word that may stand inside the name of a person.
    pub const PARTICLE: Self = Self(1 << 12);
    /// A day, a month, a feast: written like a name, and none of ours.
    pub const OTHER_NAME: Self = Self(1 << 13);
    /// The beginning of a longer phrase that is in the lexicon.
    pub const GOES_ON: Self = Self(1 << 15);
    /// Those that a phrase of several words may have.
    pub const OF_PHRASES: [Self; 4] = [Self::TOWN, Self::REGION, Self::ORGANIZATION, Self::PERSON];

    /// Whether it has all of these.
    pub fn has(self, these: Self) -> bool {
        self.0 & these.0 == these.0
    }

    /// Those that tell of a word by itself.
    #[must_use]
    pub fn of_words(self) -> Self {
        let of_phrases = Self::OF_PHRASES.into_iter().fold(Self::GOES_ON, Self::and);
        Self(self.0 & !of_phrases.0)
    }

    /// Together with others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

/// What the lexicon has of a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What lists say.
    pub flags: Flags,
    /// The way to its cluster from the root of the tree, the first step in the highest bit; 0 for a word that is in
    /// none.
    pub cluster: u16,
    /// How it is mostly written and how frequent it is; 0 if that is not known.
    pub case: u8,
}

/// The table.
#[derive(Clone, Copy, Debug)]
pub struct Lexicon<'m> {
    buckets: &'m [[u8; BUCKET_BYTES]],
}

impl<'m> Lexicon<'m> {
    /// Over these buckets.
    pub fn of(buckets: &'m [[u8; BUCKET_BYTES]]) -> Self {
        Self { buckets }
    }

    /// What it has of a word or phrase.
    pub fn entry(&self, key: u32) -> Entry {
        let (buckets, mark) = places(key, self.buckets.len());
        for bucket in buckets {
            let bucket =
                self.buckets.get(bucket).map_or(&[][..], |bucket| bucket.as_chunks::<ENTRY_BYTES>().0);
            for [low, high, flags, more_flags, cluster, more_cluster, case, _] in bucket {
                if u16::from_le_bytes([*low, *high]) == mark {
                    return Entry {
                        flags: Flags(u16::from_le_bytes([*flags, *more_flags])),
                        cluster: u16::from_le_bytes([*cluster, *more_cluster]),
                        case: *case,
                    };
                }
            }
        }
        Entry::default()
    }
}

/// An entry's bytes.
pub fn to_bytes(mark: u16, entry: Entry) -> [u8; ENTRY_BYTES] {
    let ([low, high], [flags, more_flags]) = (mark.to_le_bytes(), entry.flags.0.to_le_bytes());
    let [cluster, more_cluster] = entry.cluster.to_le_bytes();
    [low, high, flags, more_flags, cluster, more_cluster, entry.case, 0]
}

/// The two buckets of so many of which one may have a key's entry, and what it is known by there.
pub fn places(key: u32, buckets: usize) -> ([usize; 2], u16) {
    let mixed = mixed(key);
    let other = mixed.wrapping_mul(0x9e37_79b1);
    let [low, high, ..] = mixed.to_le_bytes();
    // All zeros mark an entry that is empty.
    let mark = u16::from_le_bytes([low, high]).max(1);
    ([mixed, other].map(|mixed| scaled(mixed, buckets)), mark)
}

/// A place below `length` that a number of 32 bits leads to, by its highest bits.
pub fn scaled(number: u32, length: usize) -> usize {
    usize::try_from((u64::from(number) * length as u64) >> 32).unwrap_or_default()
}

/// The key of a phrase that goes on with another word.
pub fn phrase(key: u32, word: u32) -> u32 {
    (key.rotate_left(7) ^ word).wrapping_mul(0x9e37_79b1)
}

/// Every bit of the key in every bit (the finalizer of MurmurHash3, Appleby, public domain).
pub fn mixed(key: u32) -> u32 {
    let key = (key ^ (key >> 16)).wrapping_mul(0x85eb_ca6b);
    let key = (key ^ (key >> 13)).wrapping_mul(0xc2b2_ae35);
    key ^ (key >> 16)
}

/// The longest phrase, in tokens.
pub const LONGEST: usize = 9;

/// Finds the phrases of [`Flags::OF_PHRASES`] that begin with a token: calls `found` with their number of tokens.
pub fn phrases(lexicon: &Lexicon<'_>, tokens: &[Token], first: Entry, mut found: impl FnMut(usize, Flags)) {
    let mut entry = first;
    let mut key = tokens.first().map_or(0, |token| token.word);
    let mut length = 1;
    loop {
        if entry.flags.0 & !Flags::GOES_ON.0 != 0 {
            found(length, entry.flags);
        }
        if !entry.flags.has(Flags::GOES_ON) || length == LONGEST {
            return;
        }
        let Some(next) = tokens.get(length) else { return };
        key = phrase(key, next.word);
        entry = lexicon.entry(key);
        length += 1;
    }
}
