//! The labelled sentences.

use std::ops::Range;

use entity_recognition::labels::Kind;
use entity_recognition::tokens::hash;

use crate::Failure;
use crate::data::Data;

/// A set of labelled sentences, and what it counts in training.
pub(super) struct Set {
    pub(super) name: &'static str,
    /// What a sentence of it counts.
    pub(super) weight: f32,
    /// Whether its names begin with articles, or are pronouns and common nouns, which are none here.
    is_loose: bool,
    /// Whether its names may lack words before their head, as in "United" and "Nations".
    is_cut_short: bool,
}

const fn set(name: &'static str, weight: f32) -> Set {
    Set { name, weight, is_loose: false, is_cut_short: false }
}

/// All sets.
pub(super) const SETS: &[Set] = &[
    set("wnut17", 1.0),
    set("btc", 1.0),
    Set { is_cut_short: true, ..set("gum_ne", 1.0) },
    set("tweebank", 1.0),
    set("crossner_ai", 4.0),
    set("crossner_literature", 4.0),
    set("crossner_music", 4.0),
    set("crossner_politics", 4.0),
    set("crossner_science", 4.0),
    Set { is_loose: true, ..set("sec_filings", 0.3) },
    Set { is_loose: true, ..set("re3d", 0.5) },
    set("uner_ewt", 1.0),
];

/// A labelled sentence, as it was cut.
pub(super) struct Sentence {
    words: Vec<String>,
    /// Places of the first word and behind the last.
    names: Vec<(Range<usize>, Kind)>,
}

/// What is no part of the name that comes after it.
const TITLES: [&str; 22] = [
    "mr", "mrs", "ms", "miss", "dr", "prof", "professor", "president", "vice", "senator", "sen", "general",
    "gen", "judge", "captain", "capt", "prime", "minister", "secretary", "rep", "governor", "gov",
];

/// No part of a name that they begin.
const ARTICLES: [&str; 3] = ["the", "a", "an"];

/// What some sets take for names.
const NO_NAMES: [&str; 14] = [
    "we", "our", "he", "his", "she", "her", "they", "their", "it", "i", "lender", "borrower", "bank",
    "company",
];

/// Words with a capital that may stand before a name and are no part of it.
const BEFORE_NAMES: [&str; 24] = [
    "the", "a", "an", "this", "that", "these", "those", "in", "at", "on", "from", "to", "of", "for", "and",
    "or", "but", "near", "your", "our", "my", "his", "her", "its",
];

/// A name in a text, by its bytes.
pub(super) type Span = (Range<usize>, Kind);

/// How a sentence becomes a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Its words with spaces between them.
    Cut,
    /// As people write.
    Natural,
}

impl Set {
    /// What there is to learn from.
    pub(super) fn train(&self, data: &mut Data) -> Result<Vec<Sentence>, Failure> {
        let mut sentences = read(data, &format!("ner/{}/train.conll", self.name))?;
        sentences.iter_mut().for_each(|sentence| sentence.clean(self));
        Ok(sentences)
    }

    /// What there is to measure on; nothing for some.
    pub(super) fn dev(&self, data: &mut Data) -> Result<Vec<Sentence>, Failure> {
        let file = format!("ner/{}/dev.conll", self.name);
        if data.has(&file) { read(data, &file) } else { Ok(Vec::new()) }
    }
}

fn read(data: &mut Data, file: &str) -> Result<Vec<Sentence>, Failure> {
    parse(&data.read(file)?, file)
}

fn parse(rows: &str, file: &str) -> Result<Vec<Sentence>, Failure> {
    let mut sentences = Vec::new();
    for block in rows.split("\n\n") {
        let mut sentence = Sentence { words: Vec::new(), names: Vec::new() };
        let mut open = false;
        for line in block.lines().filter(|line| !line.is_empty()) {
            let (word, tag) = line.split_once('\t').ok_or_else(|| format!("{file}: a line without a tab"))?;
            let place = sentence.words.len();
            match (tag.split_once('-'), sentence.names.last_mut()) {
                (Some(("I", _)), Some((last, _))) if open => last.end = place + 1,
                (Some((_, kind)), _) => sentence.names.push((place..place + 1, kind_of(kind)?)),
                (None, _) => {}
            }
            open = tag != "O";
            sentence.words.push(word.to_owned());
        }
        if !sentence.words.is_empty() {
            sentences.push(sentence);
        }
    }
    Ok(sentences)
}

fn kind_of(tag: &str) -> Result<Kind, Failure> {
    match tag {
        "PER" => Ok(Kind::Person),
        "ORG" => Ok(Kind::Organization),
        "LOC" => Ok(Kind::Location),
        other => Err(format!("no such tag: {other}").into()),
    }
}

/// Whether a word before a name that was cut short belongs to it.
fn goes_on(word: &str) -> bool {
    word.chars().all(char::is_alphabetic)
        && word.starts_with(char::is_uppercase)
        && !BEFORE_NAMES.contains(&&*word.to_lowercase())
}

impl Sentence {
    /// Mends names that the analyzer is not to learn as they are, and takes back those that are none.
    fn clean(&mut self, set: &Set) {
        let words = &self.words;
        let lower = |place: usize| words.get(place).map(|word| word.to_lowercase()).unwrap_or_default();
        let mut end = 0;
        for (range, kind) in &mut self.names {
            while set.is_cut_short && *kind != Kind::Person && range.start > end {
                let Some(before) = range
                    .start
                    .checked_sub(1)
                    .filter(|before| self.words.get(*before).is_some_and(|word| goes_on(word)))
                else {
                    break;
                };
                range.start = before;
            }
            let is_no_part = |word: &str| {
                (set.is_loose && ARTICLES.contains(&word))
                    || (*kind == Kind::Person && TITLES.contains(&word.trim_end_matches('.')))
            };
            while range.len() > 1 && is_no_part(&lower(range.start)) {
                range.start += 1;
            }
            end = range.end;
        }
        self.names.retain(|(range, _)| {
            let inside = words.get(range.clone()).unwrap_or_default();
            let is_none = |word: &String| {
                NO_NAMES.contains(&&*word.to_lowercase()) || !word.chars().any(char::is_uppercase)
            };
            let is_address = |word: &String| word.len() > 1 && word.starts_with(['#', '@']);
            !(inside.iter().all(is_address) || (set.is_loose && inside.iter().all(is_none)))
        });
    }

    /// Whether it is kept back for the calibration: one in ten, the same for the same words in every set.
    pub(super) fn is_kept_back(&self) -> bool {
        let letters: String = self.words.concat().chars().filter(|c| c.is_alphanumeric()).collect();
        hash(&letters.to_lowercase()).is_multiple_of(10)
    }

    /// The same with other names in the place of its own.
    pub(super) fn with(&self, mut other: impl FnMut(Kind) -> String) -> Self {
        let (mut words, mut names) = (Vec::new(), Vec::new());
        let mut at = 0;
        for (range, kind) in &self.names {
            words.extend(self.words.get(at..range.start).unwrap_or_default().iter().cloned());
            let start = words.len();
            words.extend(other(*kind).split(' ').map(str::to_owned));
            names.push((start..words.len(), *kind));
            at = range.end;
        }
        words.extend(self.words.get(at..).unwrap_or_default().iter().cloned());
        Self { words, names }
    }

    /// Whether it has a name.
    pub(super) fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// As a text, with its names.
    pub(super) fn text(&self, form: Form) -> (String, Vec<Span>) {
        let mut text = String::new();
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let mut gaps = Gaps::default();
        for (place, word) in self.words.iter().enumerate() {
            let next = self.words.get(place + 1).map_or("", String::as_str);
            let before =
                place.checked_sub(1).and_then(|before| self.words.get(before)).map_or("", String::as_str);
            let (word, joined) = match form {
                Form::Cut => (word.as_str(), false),
                Form::Natural => gaps.before(before, word, next),
            };
            if !text.is_empty() && !joined {
                text.push(' ');
            }
            let start = text.len();
            text.push_str(word);
            ranges.push(start..text.len());
        }
        let span = |(range, kind): &(Range<usize>, Kind)| {
            let start = ranges.get(range.start)?.start;
            let end = ranges.get(range.end.checked_sub(1)?)?.end;
            Some((start..end, *kind))
        };
        let spans = self.names.iter().filter_map(span).collect();
        (text, spans)
    }
}

/// What has to be known of the words before to put spaces where people put them.
#[derive(Default)]
struct Gaps {
    quoted: bool,
    join_next: bool,
}

impl Gaps {
    /// How `word` is written, and whether it is joined to the one before.
    fn before<'w>(&mut self, before: &str, word: &'w str, next: &str) -> (&'w str, bool) {
        let joined = std::mem::take(&mut self.join_next);
        let is_word = |word: &str| word.chars().all(char::is_alphanumeric) && !word.is_empty();
        match word {
            "-LRB-" | "(" | "[" | "-LSB-" | "$" | "\u{a3}" => {
                self.join_next = true;
                (
                    match word {
                        "-LRB-" => "(",
                        "-LSB-" => "[",
                        other => other,
                    },
                    joined,
                )
            }
            "-RRB-" => (")", true),
            "-RSB-" => ("]", true),
            "``" => {
                self.join_next = true;
                ("\"", joined)
            }
            "''" => ("\"", true),
            "\"" | "'\"'" => {
                self.quoted = !self.quoted;
                self.join_next = self.quoted;
                ("\"", joined || !self.quoted)
            }
            "#" | "@" => {
                self.join_next = is_word(next);
                (word, joined)
            }
            "-" | "/" if is_word(before) && is_word(next) => {
                self.join_next = true;
                (word, true)
            }
            "." | "," | ":" | ";" | "!" | "?" | ")" | "]" | "%" | "..." | "'s" | "'re" | "'ve" | "'ll"
            | "'m" | "'d" | "n't" | "\u{2019}s" | "\u{2019}" | "'" => (word, true),
            other => (other, joined),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(marked: &[(&str, &str)]) -> Sentence {
        let rows: Vec<String> = marked.iter().map(|(word, tag)| format!("{word}\t{tag}")).collect();
        parse(&rows.join("\n"), "test").unwrap().pop().unwrap()
    }

    fn named(sentence: &Sentence, form: Form) -> (String, Vec<String>) {
        let (text, spans) = sentence.text(form);
        let names = spans.iter().map(|(range, _)| text[range.clone()].to_owned()).collect();
        (text, names)
    }

    #[test]
    fn a_sentence_becomes_a_text_that_people_would_write() {
        let cut = sentence(&[
            ("``", "O"),
            ("I", "O"),
            ("did", "O"),
            ("n't", "O"),
            ("see", "O"),
            ("Saint", "B-PER"),
            ("-", "I-PER"),
            ("Just", "I-PER"),
            ("''", "O"),
            ("-LRB-", "O"),
            ("in", "O"),
            ("Paris", "B-LOC"),
            ("-RRB-", "O"),
            (".", "O"),
        ]);
        let (text, names) = named(&cut, Form::Natural);
        assert_eq!(text, "\"I didn't see Saint-Just\" (in Paris).");
        assert_eq!(names, ["Saint-Just", "Paris"]);
        let (text, names) = named(&cut, Form::Cut);
        assert!(text.starts_with("`` I did n't see Saint - Just ''"), "{text}");
        assert_eq!(names, ["Saint - Just", "Paris"]);
    }

    #[test]
    fn labels_that_are_not_to_be_learnt_are_taken_back() {
        let cleaned = |set: &Set, marked: &[(&str, &str)]| {
            let mut sentence = sentence(marked);
            sentence.clean(set);
            named(&sentence, Form::Cut).1
        };
        let plain = set("plain", 1.0);
        let loose = Set { is_loose: true, ..set("loose", 1.0) };
        let short = Set { is_cut_short: true, ..set("short", 1.0) };
        assert_eq!(cleaned(&plain, &[("Mr.", "B-PER"), ("Lee", "I-PER"), ("#Rome", "B-LOC")]), ["Lee"]);
        assert_eq!(cleaned(&loose, &[("The", "B-ORG"), ("Senate", "I-ORG"), ("We", "B-ORG")]), ["Senate"]);
        let nations = [("The", "O"), ("United", "O"), ("Nations", "B-ORG")];
        assert_eq!(cleaned(&short, &nations), ["United Nations"]);
        assert_eq!(cleaned(&plain, &nations), ["Nations"]);
    }

    #[test]
    fn other_names_take_the_place_of_its_own() {
        let sentence =
            sentence(&[("See", "O"), ("Ada", "B-PER"), ("in", "O"), ("Rome", "B-LOC"), ("!", "O")]);
        let renamed =
            sentence.with(|kind| if kind == Kind::Person { "Bob Ray".into() } else { "Oslo".into() });
        assert_eq!(
            named(&renamed, Form::Cut),
            ("See Bob Ray in Oslo !".into(), vec!["Bob Ray".into(), "Oslo".into()])
        );
    }
}
