//! Derives `lexicon.tsv` from three published lists (see NOTICE), given the folder that holds them:
//!
//! ```text
//! cargo run -p sentiment-analysis --example derive-lexicon -- LEXICONS > plugins/sentiment-analysis/lexicon.tsv
//! ```
//!
//! VADER's mean ratings are taken as they are, to a tenth. What only AFINN or the Opinion Lexicon has is
//! brought to VADER's scale. An emoji has the sum of the words that describe it.

#![expect(clippy::print_stdout, reason = "the table goes to standard output")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// AFINN rates from -5 to 5, VADER from -4 to 4, and AFINN's raters less boldly in between.
const AFINN_SCALE: f64 = 0.7;
/// The Opinion Lexicon only says positive or negative; this is what VADER's raters give such words on
/// average where both lists have them, lessened because the rarer words are the weaker ones.
const OPINION_VALENCE: f64 = 1.3;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder with the lists")?;
    let folder = Path::new(&folder);
    let mut lexicon = BTreeMap::new();
    add_opinion(&mut lexicon, &folder.join("hu_liu/negative-words.txt"), -OPINION_VALENCE)?;
    add_opinion(&mut lexicon, &folder.join("hu_liu/positive-words.txt"), OPINION_VALENCE)?;
    add_rated(&mut lexicon, &folder.join("afinn/AFINN-en-165.txt"), AFINN_SCALE)?;
    add_rated(&mut lexicon, &folder.join("afinn/AFINN-emoticon-8.txt"), AFINN_SCALE)?;
    add_rated(&mut lexicon, &folder.join("vader/vader_lexicon.txt"), 1.0)?;
    add_emoji(&mut lexicon, &folder.join("vader/emoji_utf8_lexicon.txt"))?;

    println!("## Valence of words, emoticons and emoji in tenths, from -40 to 40.");
    println!(
        "## Derived by examples/derive-lexicon.rs from VADER, AFINN and the Opinion Lexicon; see NOTICE."
    );
    for (word, valence) in lexicon {
        let tenths = (valence * 10.0).round();
        if tenths != 0.0 {
            println!("{word}\t{tenths}");
        }
    }
    Ok(())
}

type Lexicon = BTreeMap<String, f64>;

fn add_opinion(lexicon: &mut Lexicon, file: &Path, valence: f64) -> Result<(), Box<dyn Error>> {
    for word in fs::read_to_string(file)?.lines().filter(|line| !line.is_empty() && !line.starts_with(';')) {
        lexicon.insert(word.to_lowercase(), valence);
    }
    Ok(())
}

fn add_rated(lexicon: &mut Lexicon, file: &Path, scale: f64) -> Result<(), Box<dyn Error>> {
    for line in fs::read_to_string(file)?.lines() {
        let mut columns = line.split('\t');
        let (Some(word), Some(rating)) = (columns.next(), columns.next()) else { continue };
        // The analyzer looks at single words.
        if !word.contains(' ') {
            lexicon.insert(key(word), rating.trim().parse::<f64>()? * scale);
        }
    }
    Ok(())
}

/// Words are looked up in lower case, emoticons as they are.
fn key(word: &str) -> String {
    if word.chars().filter(|c| c.is_alphabetic()).count() > 1 { word.to_lowercase() } else { word.to_owned() }
}

fn add_emoji(lexicon: &mut Lexicon, file: &Path) -> Result<(), Box<dyn Error>> {
    let mut emoji = Vec::new();
    for line in fs::read_to_string(file)?.lines() {
        let Some((symbol, description)) = line.split_once('\t') else { continue };
        let words = description.split(|c: char| !c.is_alphanumeric());
        let valence: f64 = words.filter_map(|word| lexicon.get(&word.to_lowercase())).sum();
        emoji.push((symbol.to_owned(), valence.clamp(-4.0, 4.0)));
    }
    lexicon.extend(emoji);
    Ok(())
}
