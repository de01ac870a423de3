//! A sequence of tokens, with what is known of each beside what it is by itself.

use crate::lexicon::{Entry, Flags, Lexicon, phrases};
use crate::tokens::{Kind, Token, hash};

/// A sequence, as features look at it. It keeps its memory for the next one.
#[derive(Debug)]
pub struct Sequence<'m> {
    lexicon: Lexicon<'m>,
    seen: Vec<Seen>,
    style: Style,
}

/// What is known of a token.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Hash of its letters in lower case.
    pub word: u32,
    /// What the lexicon has of it.
    pub entry: Entry,
    /// For each of [`Flags::OF_PHRASES`] two bits: where in a phrase of the lexicon it stands; 0 outside.
    pub phrases: u8,
    /// Kinds of its characters; marks and addresses have numbers of their own.
    pub shape: u32,
    /// Whether it begins a sentence.
    pub is_initial: bool,
    /// Where the run of words with capitals that it is in begins and ends. Empty outside.
    pub run: (usize, usize),
}

impl Seen {
    /// What is beyond the ends of a sequence.
    pub const BEYOND: Self = Self {
        word: 7,
        entry: Entry { flags: Flags(0), cluster: 0, case: 0 },
        phrases: 0,
        shape: 7,
        is_initial: false,
        run: (0, 0),
    };

    /// What lists say of it, as one number.
    pub fn listed(&self) -> u32 {
        u32::from(self.entry.flags.of_words().0) << 8 | u32::from(self.phrases)
    }
}

/// Where in a phrase of the lexicon a token stands; 0 outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Place {
    First = 1,
    Later = 2,
    Only = 3,
}

/// How a sequence is written as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As sentences are.
    #[default]
    Sentence,
    /// Without any capital.
    Small,
    /// In capitals.
    Shouted,
    /// As titles are: most words with a capital.
    Title,
}

impl Style {
    fn of(tokens: &[Token]) -> Self {
        let (mut words, mut capital, mut small, mut shouted) = (0_u32, false, 0, 0);
        for token in tokens {
            // Who writes in small letters may still write "I".
            capital |= token.is_capital() && token.length > 1;
            if token.kind == Kind::Word && token.length > 1 {
                words += 1;
                small += u32::from(token.is_small());
                shouted += u32::from(token.is_shouted());
            }
        }
        if !capital {
            Self::Small
        } else if shouted >= 3 && shouted * 10 >= words * 7 {
            Self::Shouted
        } else if words >= 4 && small * 10 <= words * 4 {
            Self::Title
        } else {
            Self::Sentence
        }
    }
}

/// Words that may join the parts of a run.
const JOINTS: [u32; 11] = [
    hash("of"),
    hash("the"),
    hash("&"),
    hash("and"),
    hash("for"),
    hash("de"),
    hash("van"),
    hash("von"),
    hash("-"),
    hash("del"),
    hash("al"),
];

/// How many joints may stand in a row.
const MOST_JOINTS: usize = 2;

/// Marks that end a sentence, or after which one begins.
const ENDS: [u32; 6] = [hash("."), hash("!"), hash("?"), hash("\""), hash(":"), hash("|")];

impl<'m> Sequence<'m> {
    /// One that knows this lexicon.
    pub fn with(lexicon: Lexicon<'m>) -> Self {
        Self { lexicon, seen: Vec::new(), style: Style::default() }
    }

    /// Looks at the tokens of the next sequence.
    pub fn read(&mut self, tokens: &[Token]) {
        self.style = Style::of(tokens);
        self.seen.clear();
        let mut is_initial = true;
        for token in tokens {
            let shape = match token.kind {
                Kind::Word if token.length == 1 => token.shape | 1 << 30,
                Kind::Word => token.shape,
                _ => token.word | 1 << 31,
            };
            let entry = self.lexicon.entry(token.word);
            self.seen.push(Seen { word: token.word, entry, phrases: 0, shape, is_initial, run: (0, 0) });
            is_initial = match token.kind {
                Kind::Mark => is_initial || ENDS.contains(&token.word),
                Kind::Address => is_initial,
                Kind::Word | Kind::Break => false,
            };
        }
        for place in 0..tokens.len() {
            self.find_phrases(tokens, place);
        }
        if matches!(self.style, Style::Sentence | Style::Title) {
            self.find_runs(tokens);
        }
    }

    /// How it is written as a whole.
    pub fn style(&self) -> Style {
        self.style
    }

    /// What is known of the token so many places from another.
    pub fn beside(&self, place: usize, offset: isize) -> &Seen {
        let seen = place.checked_add_signed(offset).and_then(|place| self.seen.get(place));
        seen.unwrap_or(&Seen::BEYOND)
    }

    /// Marks the longest phrase of each kind that begins at `place`.
    fn find_phrases(&mut self, tokens: &[Token], place: usize) {
        let first = self.beside(place, 0).entry;
        if first.flags == Flags::default() {
            return;
        }
        let mut longest = [0; Flags::OF_PHRASES.len()];
        phrases(&self.lexicon, tokens.get(place..).unwrap_or_default(), first, |length, flags| {
            for (longest, flag) in longest.iter_mut().zip(Flags::OF_PHRASES) {
                if flags.has(flag) {
                    *longest = length;
                }
            }
        });
        for (shift, length) in [0, 2, 4, 6].into_iter().zip(longest) {
            let is_inside = self.beside(place, 0).phrases >> shift & 3 != 0;
            if length == 1 && is_inside {
                continue;
            }
            for (offset, seen) in self.seen.iter_mut().skip(place).take(length).enumerate() {
                let position = match (offset, length) {
                    (_, 1) => Place::Only,
                    (0, _) => Place::First,
                    _ => Place::Later,
                };
                seen.phrases = seen.phrases & !(3 << shift) | (position as u8) << shift;
            }
        }
    }

    /// Marks the runs: words with capitals in a row, over joints.
    fn find_runs(&mut self, tokens: &[Token]) {
        let is_capital = |place: usize| tokens.get(place).is_some_and(Token::is_capital);
        let is_joint = |token: &Token| JOINTS.contains(&token.word);
        let mut begin = 0;
        while begin < tokens.len() {
            let mut end = begin;
            while let Some(joints) = (0..=MOST_JOINTS).find(|joints| {
                is_capital(end + joints)
                    && (*joints == 0 || end > begin)
                    && tokens.get(end..end + joints).is_some_and(|between| between.iter().all(is_joint))
            }) {
                end += joints + 1;
            }
            self.seen.iter_mut().skip(begin).take(end - begin).for_each(|seen| seen.run = (begin, end));
            begin = end.max(begin + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::{BUCKET_BYTES, ENTRY_BYTES, phrase, places, to_bytes};
    use crate::tokens::tokens;

    /// One bucket, with New York as a town, and York.
    fn table() -> [[u8; BUCKET_BYTES]; 1] {
        let town = Entry { flags: Flags::TOWN, ..Entry::default() };
        let goes_on = Entry { flags: Flags::GOES_ON, ..Entry::default() };
        let (new, york) = (hash("new"), hash("york"));
        let entries = [(new, goes_on), (york, town), (phrase(new, york), town)];
        let mut bucket = [0; BUCKET_BYTES];
        for (place, (key, entry)) in bucket.chunks_mut(ENTRY_BYTES).zip(entries) {
            place.copy_from_slice(&to_bytes(places(key, 1).1, entry));
        }
        [bucket]
    }

    fn seen(text: &str) -> (Style, Vec<Seen>) {
        let table = table();
        let mut sequence = Sequence::with(Lexicon::of(&table));
        let mut all = Vec::new();
        tokens(text, |token| all.push(token));
        sequence.read(&all);
        (sequence.style, sequence.seen)
    }

    #[test]
    fn the_longest_phrase_is_found() {
        let (_, seen) = seen("from New York to York, new ideas");
        let places: Vec<u8> = seen.iter().map(|seen| seen.phrases).collect();
        assert_eq!(places, [0, Place::First as u8, Place::Later as u8, 0, Place::Only as u8, 0, 0, 0]);
    }

    #[test]
    fn runs_go_over_joints() {
        let runs = |text| seen(text).1.iter().map(|seen| seen.run).collect::<Vec<_>>();
        let none = (0, 0);
        assert_eq!(runs("the Bank of England said"), [none, (1, 4), (1, 4), (1, 4), none]);
        assert_eq!(runs("of Ada and of"), [none, (1, 2), none, none]);
        assert_eq!(runs("Ada, Bob"), [(0, 1), none, (2, 3)]);
    }

    #[test]
    fn styles_are_told() {
        let style = |text| seen(text).0;
        assert_eq!(style("We went to see Ada and the others."), Style::Sentence);
        assert_eq!(style("we went to see ada"), Style::Small);
        assert_eq!(style("STORM HITS FLORIDA AGAIN"), Style::Shouted);
        assert_eq!(style("Storm Hits Florida and Texas"), Style::Title);
    }
}
