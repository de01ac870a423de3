//! Tokens: words, emoticons, emoji, and the marks that stress them.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::lexicon::Lexicon;

/// Something in a sentence that can carry meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Token<'t> {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// What it is looked up as: lower case, a hashtag without its mark.
    pub key: Cow<'t, str>,
    /// Whether it is written in capitals, two or more.
    pub capitals: bool,
    /// Its valence, if it has one.
    pub valence: Option<f64>,
    /// Whether it ends a clause: a comma or the like follows.
    pub ends_clause: bool,
}

/// The tokens of `sentence`, which starts at byte `base` of its text.
pub fn tokens<'t>(sentence: &'t str, base: usize, lexicon: &Lexicon) -> Vec<Token<'t>> {
    let mut tokens = Vec::new();
    for (start, chunk) in chunks(sentence) {
        if let Some(valence) = emoticon(chunk, lexicon) {
            let range = base + start..base + start + chunk.len();
            tokens.push(Token {
                range,
                key: chunk.into(),
                capitals: false,
                valence: Some(valence),
                ends_clause: false,
            });
        } else if !is_address(chunk) {
            split(chunk, base + start, lexicon, &mut tokens);
        }
    }
    tokens
}

/// What white space separates.
fn chunks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(move |chunk| (chunk.as_ptr() as usize - text.as_ptr() as usize, chunk))
}

/// The valence of a chunk that is an emoticon, such as `:-)`, perhaps with a full stop behind it.
fn emoticon(chunk: &str, lexicon: &Lexicon) -> Option<f64> {
    let symbol = |chunk: &str| {
        let is_word = chunk.chars().all(|c| c.is_alphanumeric() || c == '\'' || c == '-');
        if is_word { None } else { lexicon.valence(chunk) }
    };
    if !chunk.is_ascii() {
        return None;
    }
    symbol(chunk).or_else(|| symbol(chunk.trim_end_matches(['.', ',', '!'])))
}

/// A handle or a link says nothing by its letters.
fn is_address(chunk: &str) -> bool {
    chunk.starts_with('@')
        || chunk.starts_with("http:")
        || chunk.starts_with("https:")
        || chunk.starts_with("www.")
}

/// Splits a chunk into words and emoji.
fn split<'t>(chunk: &'t str, base: usize, lexicon: &Lexicon, tokens: &mut Vec<Token<'t>>) {
    let mut rest = chunk;
    let mut at = base;
    while !rest.is_empty() {
        let word = word_length(rest);
        let length = if word > 0 { word } else { rest.graphemes(true).next().map_or(rest.len(), str::len) };
        let (piece, tail) = rest.split_at(length);
        if word > 0 {
            push_word(piece, at, lexicon, tokens);
        } else if let Some(valence) = symbol(piece, lexicon) {
            let range = at..at + piece.len();
            tokens.push(Token {
                range,
                key: piece.into(),
                capitals: false,
                valence: Some(valence),
                ends_clause: false,
            });
        } else if matches!(piece, "," | ";" | ":" | "." | "(" | ")" | "\u{2014}" | "!" | "?")
            && let Some(last) = tokens.last_mut()
        {
            last.ends_clause = true;
        }
        rest = tail;
        at += length;
    }
}

/// How many bytes of `text` are a word: letters and digits, with apostrophes and hyphens between them.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            end = at + c.len_utf8();
        } else if !(matches!(c, '\'' | '\u{2019}' | '-' | '_') && (end > 0 || c == '\'')) || at > end {
            break;
        }
    }
    end
}

/// An emoji with or without the mark that asks for its coloured form.
fn symbol(piece: &str, lexicon: &Lexicon) -> Option<f64> {
    if piece.is_ascii() {
        return None;
    }
    lexicon.valence(piece).or_else(|| {
        let first = piece.chars().next()?;
        lexicon.valence(first.encode_utf8(&mut [0; 4]))
    })
}

fn push_word<'t>(word: &'t str, at: usize, lexicon: &Lexicon, tokens: &mut Vec<Token<'t>>) {
    let key = lower(word);
    let valence = lexicon.valence(&key).or_else(|| shortened(&key).and_then(|short| lexicon.valence(&short)));
    let splits = valence.is_none() && word.contains('-');
    if splits {
        // Neither half of `well-made` is lost.
        let mut part_at = at;
        for part in word.split('-') {
            if !part.is_empty() {
                push_word(part, part_at, lexicon, tokens);
            }
            part_at += part.len() + 1;
        }
        return;
    }
    let letters = word.chars().filter(|c| c.is_alphabetic());
    let capitals = letters.clone().count() > 1 && letters.clone().all(char::is_uppercase);
    tokens.push(Token { range: at..at + word.len(), key, capitals, valence, ends_clause: false });
}

fn lower(word: &str) -> Cow<'_, str> {
    let plain = word.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    if plain { word.into() } else { word.to_lowercase().replace('\u{2019}', "'").into() }
}

/// A word with its drawn-out letters brought down: `goooood` to `good`, `loooove` to `love`.
fn shortened(word: &str) -> Option<String> {
    let runs = |most: usize| {
        let mut short = String::with_capacity(word.len());
        let (mut last, mut length, mut longest) = (None, 0, 0);
        for c in word.chars() {
            length = if last == Some(c) { length + 1 } else { 1 };
            last = Some(c);
            longest = longest.max(length);
            if length <= most {
                short.push(c);
            }
        }
        (short, longest)
    };
    let (doubled, longest) = runs(2);
    if longest < 3 {
        return None;
    }
    let single = runs(1).0;
    let known = Lexicon::embedded().valence(&doubled).is_some();
    Some(if known { doubled } else { single })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        tokens(text, 0, &Lexicon::embedded()).into_iter().map(|token| token.key.into_owned()).collect()
    }

    #[test]
    fn words_keep_their_apostrophes() {
        assert_eq!(keys("It doesn't work, does n't it?"), ["it", "doesn't", "work", "does", "n't", "it"]);
        assert_eq!(keys("a dog-friendly \u{201c}film\u{201d}"), ["a", "dog", "friendly", "film"]);
    }

    #[test]
    fn emoticons_and_emoji_are_tokens() {
        let found = tokens("fine :-) 😭😭 #happy @sad", 0, &Lexicon::embedded());
        let valences: Vec<f64> = found.iter().filter_map(|token| token.valence).collect();
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(valences[1] > 0.0 && valences[2] < 0.0 && valences[3] < 0.0 && valences[4] > 0.0);
    }

    #[test]
    fn drawn_out_letters_are_brought_down() {
        let found = tokens("goooood looooove", 0, &Lexicon::embedded());
        assert!(found.iter().all(|token| token.valence.is_some_and(|valence| valence > 0.0)), "{found:?}");
    }

    #[test]
    fn ranges_cut_the_words() {
        let text = "Ünïque — 'great'! 👍🏽 x";
        for token in tokens(text, 0, &Lexicon::embedded()) {
            assert!(text.get(token.range.clone()).is_some_and(|cut| !cut.is_empty()), "{token:?}");
        }
    }
}
