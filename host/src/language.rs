//! Which language a text is in, where nobody says.
//!
//! It is told in the host, not by an analyzer: every document of which the language is not given needs it before
//! an analyzer is asked, and what is said of it must not change with the plugins of the day.
//!
//! Trigrams tell seventy languages apart, at a cost of a tenth of a millisecond whatever the text's length. So
//! words that one language uses in every other sentence, and no other language at all, are looked for first.
//! **A guess that is not reliable is none**: a language is named where a mistake is unlikely.

use whatlang::Lang;

/// So much of a text is looked at, in bytes: more does not change the answer.
const SAMPLE_BYTES: usize = 2048;
/// So many different words of a language, and none of another's, tell it.
const TELLING_WORDS: usize = 2;

/// Words that are frequent in one language and absent from the others that trigrams know.
const WORDS: [(&str, [&str; 16]); 4] = [
    (
        "en",
        [
            "the", "and", "with", "which", "would", "their", "been", "because", "this", "through", "should",
            "they", "were", "about", "what", "there",
        ],
    ),
    (
        "de",
        [
            "und", "nicht", "auch", "wird", "sich", "für", "über", "eine", "einen", "wurde", "durch", "zum",
            "zur", "sind", "haben", "noch",
        ],
    ),
    (
        "fr",
        [
            "dans", "une", "avec", "cette", "chez", "sont", "être", "peut", "aux", "leur", "nous", "ont",
            "était", "aussi", "après", "elle",
        ],
    ),
    (
        "es",
        [
            "los", "pero", "muy", "también", "fue", "hasta", "según", "mientras", "hoy", "donde", "aunque",
            "años", "ellos", "entonces", "estaba", "había",
        ],
    ),
];

/// The language of a text as a BCP 47 tag, where it can be told.
pub fn detect(text: &str) -> Option<&'static str> {
    let sample = text.get(..text.floor_char_boundary(SAMPLE_BYTES)).unwrap_or(text);
    by_words(sample).or_else(|| by_trigrams(sample))
}

/// The language whose telling words it has, if it has none of another's.
fn by_words(text: &str) -> Option<&'static str> {
    let mut found = [0_u16; WORDS.len()];
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 2) {
        for ((_, words), found) in WORDS.iter().zip(&mut found) {
            if let Some(place) = words.iter().position(|telling| *telling == word) {
                *found |= 1 << place;
            }
        }
    }
    let mut told = WORDS.iter().zip(found).filter(|(_, found)| *found != 0);
    match (told.next(), told.next()) {
        (Some(((tag, _), found)), None) if found.count_ones() as usize >= TELLING_WORDS => Some(tag),
        _ => None,
    }
}

fn by_trigrams(text: &str) -> Option<&'static str> {
    whatlang::detect(text).filter(whatlang::Info::is_reliable).map(|info| tag(info.lang()))
}

/// The shortest BCP 47 tag (RFC 5646) of a language.
fn tag(language: Lang) -> &'static str {
    match language {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_told() {
        let sentences = [
            ("en", "Ada Lovelace met Charles Babbage in London, and they talked about the engine."),
            (
                "de",
                "Ada Lovelace traf Charles Babbage in London, und sie sprachen nicht nur über die Maschine.",
            ),
            ("fr", "Le chat est dans la maison avec une souris."),
            ("es", "Los niños juegan en el parque, pero también estudian muy bien."),
            ("pt", "O menino não quis comer a maçã que a mãe lhe tinha dado de manhã."),
            ("it", "Il ragazzo non ha voluto mangiare la mela che gli aveva dato sua madre."),
            ("pl", "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw."),
            ("fi", "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan."),
            ("ru", "Все люди рождаются свободными и равными в своём достоинстве и правах."),
            ("el", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι."),
            ("he", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם."),
            ("ar", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق."),
            ("hi", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।"),
            ("ja", "すべての人間は、生まれながらにして自由である。"),
            ("zh", "人人生而自由，在尊严和权利上一律平等。"),
            ("ko", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."),
            ("th", "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ"),
        ];
        for (language, sentence) in sentences {
            assert_eq!(detect(sentence), Some(language), "{sentence}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed() {
        for text in [
            "",
            "2024",
            "😀😀",
            "a b c",
            "Barack Obama",
            "Angela Merkel met Emmanuel Macron in Berlin.",
            "good",
        ] {
            assert_eq!(detect(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_of_another_language_leaves_it_to_trigrams() {
        assert_eq!(by_words("The film and the music: le film dans une salle"), None);
        assert_eq!(by_words("and the"), Some("en"));
        assert_eq!(by_words("und the"), None);
        assert_eq!(by_words("the the the"), None);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let text = "é".repeat(SAMPLE_BYTES) + "x";
        assert_eq!(detect(&format!("a{text}")), detect(&text));
    }

    #[test]
    fn tags_are_well_formed() {
        for language in Lang::all() {
            assert!(oxilangtag::LanguageTag::parse(tag(*language)).is_ok(), "{language}");
        }
    }
}
