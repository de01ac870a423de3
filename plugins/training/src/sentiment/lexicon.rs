//! What people said of single words: three published lists on one scale.

use std::collections::BTreeMap;

use super::sets::read_features;
use crate::Failure;
use crate::data::Data;

/// AFINN rates from -5 to 5, VADER from -4 to 4, and AFINN's raters less boldly in between.
const AFINN_SCALE: f32 = 0.7;
/// The Opinion Lexicon only says positive or negative; this is what VADER's raters give such words on
/// average where both lists have them, lessened because the rarer words are the weaker ones.
const OPINION_VALENCE: f32 = 1.3;

/// How many numbers the lexicon says of a feature: how positive and how negative its word is, and the same where
/// the word is negated.
pub(super) const SCORES: usize = 4;

/// What the lists say of features, by their keys.
pub(super) type Lexicon = BTreeMap<u32, [f32; SCORES]>;

/// Reads the lists.
pub(super) fn read(data: &mut Data) -> Result<Lexicon, Failure> {
    let mut valences = BTreeMap::new();
    add_opinion(&mut valences, &data.read("lexicons/hu_liu/negative-words.txt")?, -OPINION_VALENCE);
    add_opinion(&mut valences, &data.read("lexicons/hu_liu/positive-words.txt")?, OPINION_VALENCE);
    for (file, scale) in [
        ("lexicons/afinn/AFINN-en-165.txt", AFINN_SCALE),
        ("lexicons/afinn/AFINN-emoticon-8.txt", AFINN_SCALE),
        ("lexicons/vader/vader_lexicon.txt", 1.0),
    ] {
        add_rated(&mut valences, &data.read(file)?, scale)?;
    }
    add_emoji(&mut valences, &data.read("lexicons/vader/emoji_utf8_lexicon.txt")?);
    let mut lexicon = Lexicon::new();
    for (word, valence) in valences {
        let (positive, negative) = (valence.max(0.0), (-valence).max(0.0));
        // What the analyzer takes for more than one word is left out.
        if let [(key, _)] = read_features(&word).as_slice() {
            lexicon.insert(*key, [positive, negative, 0.0, 0.0]);
        }
        if let [_, (negated, _), _] = read_features(&format!("not {word}")).as_slice() {
            lexicon.insert(*negated, [0.0, 0.0, positive, negative]);
        }
    }
    Ok(lexicon)
}

type Valences = BTreeMap<String, f32>;

fn add_opinion(valences: &mut Valences, list: &str, valence: f32) {
    for word in list.lines().filter(|line| !line.is_empty() && !line.starts_with(';')) {
        valences.insert(word.to_lowercase(), valence);
    }
}

fn add_rated(valences: &mut Valences, list: &str, scale: f32) -> Result<(), Failure> {
    for line in list.lines() {
        let mut columns = line.split('\t');
        let (Some(word), Some(rating)) = (columns.next(), columns.next()) else { continue };
        valences.insert(spelled(word), rating.trim().parse::<f32>()? * scale);
    }
    Ok(())
}

/// Words are the same in small letters, emoticons are not.
fn spelled(word: &str) -> String {
    if word.chars().filter(|c| c.is_alphabetic()).count() > 1 { word.to_lowercase() } else { word.to_owned() }
}

/// An emoji has the sum of the words that describe it.
fn add_emoji(valences: &mut Valences, list: &str) {
    let mut emoji = Vec::new();
    for line in list.lines() {
        let Some((symbol, description)) = line.split_once('\t') else { continue };
        let words = description.split(|c: char| !c.is_alphanumeric());
        let valence: f32 = words.filter_map(|word| valences.get(&word.to_lowercase())).sum();
        // The mark that asks for the coloured form says nothing.
        emoji.push((symbol.trim_end_matches('\u{fe0f}').to_owned(), valence.clamp(-4.0, 4.0)));
    }
    valences.extend(emoji);
}
