//! What single words, emoticons and emoji are worth, and which words change what others are worth.

use fst::Map;

/// Valences are kept as tenths, shifted to be above 0.
const SHIFT: f64 = 100.0;

/// The valence of words: how positive (up to 4) or negative (down to -4) people rate them alone.
pub struct Lexicon {
    map: Map<&'static [u8]>,
}

impl Lexicon {
    /// The lexicon inside the program. Nothing is read or copied.
    pub fn embedded() -> Self {
        let bytes: &'static [u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lexicon.fst"));
        match Map::new(bytes) {
            Ok(map) => Self { map },
            Err(error) => unreachable!("the build wrote a broken lexicon: {error}"),
        }
    }

    /// The valence of a word in lower case, an emoticon or an emoji.
    pub fn valence(&self, entry: &str) -> Option<f64> {
        self.map.get(entry).map(|shifted| (shifted as f64 - SHIFT) / 10.0)
    }
}

/// How much an intensifier before a word adds to its strength; a tenth part of the scale, from the
/// experiments in Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
/// Social Media Text", ICWSM 2014.
const INTENSITY: f64 = 0.293;

const AMPLIFIERS: &[&str] = &[
    "absolutely", "amazingly", "awfully", "completely", "considerably", "decidedly", "deeply", "downright",
    "effing", "enormously", "entirely", "especially", "exceptionally", "extraordinarily", "extremely",
    "fabulously", "flipping", "fricking", "frigging", "friggin", "fucking", "fuckin", "fully", "greatly",
    "hella", "highly", "hugely", "immensely", "incredibly", "insanely", "intensely", "majorly", "mega",
    "more", "most", "particularly", "perfectly", "profoundly", "purely", "quite", "really", "remarkably",
    "seriously", "so", "soo", "sooo", "substantially", "such", "super", "supremely", "terribly",
    "thoroughly", "too", "total", "totally", "truly", "tremendously", "uber", "unbelievably", "unusually",
    "utterly", "very",
];

const DAMPENERS: &[&str] = &[
    "almost", "barely", "fairly", "hardly", "kinda", "less", "little", "marginally", "mildly", "moderately",
    "occasionally", "partly", "rarely", "scarcely", "slightly", "somewhat", "sorta", "sometimes",
];

const NEGATIONS: &[&str] = &[
    "aint", "ain't", "arent", "cannot", "cant", "couldnt", "darent", "didnt", "doesnt", "dont", "hadnt",
    "hasnt", "havent", "isnt", "lacks", "lacking", "mustnt", "n't", "neither", "never", "no", "nobody",
    "none", "nope", "nor", "not", "nothing", "nowhere", "shouldnt", "wasnt", "werent", "without", "wont",
    "wouldnt",
];

const CONTRASTS: &[&str] = &["but", "however", "yet", "nevertheless", "nonetheless"];

/// What a word in lower case adds to the strength of a word right after it; 0 for most.
pub fn intensity(word: &str) -> f64 {
    if AMPLIFIERS.contains(&word) {
        INTENSITY
    } else if DAMPENERS.contains(&word) {
        -INTENSITY
    } else {
        0.0
    }
}

/// Whether a word in lower case turns what follows it round.
pub fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word) || word.ends_with("n't") || word.ends_with("n\u{2019}t")
}

/// Whether what comes after a word in lower case matters more than what came before.
pub fn is_contrast(word: &str) -> bool {
    CONTRASTS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_valence() {
        let lexicon = Lexicon::embedded();
        assert_eq!(lexicon.valence("good"), Some(1.9));
        assert_eq!(lexicon.valence("horrible"), Some(-2.5));
        assert!(lexicon.valence(":)").is_some_and(|valence| valence > 0.0));
        assert!(lexicon.valence("😭").is_some_and(|valence| valence < 0.0));
        assert_eq!(lexicon.valence("table"), None);
    }

    #[test]
    fn some_words_change_others() {
        assert!(intensity("very") > 0.0 && intensity("slightly") < 0.0 && intensity("table") == 0.0);
        assert!(is_negation("doesn't") && is_negation("never") && !is_negation("ever"));
        assert!(is_contrast("but") && !is_contrast("and"));
    }
}
