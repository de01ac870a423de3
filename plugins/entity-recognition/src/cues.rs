//! Words in and around names that tell what they name. All in lower case, without a full stop.

/// What comes before the name of a person and is not part of it.
pub const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "dr", "prof", "professor", "president", "senator", "sen", "rep",
    "representative", "governor", "gov", "mayor", "judge", "justice", "captain", "capt", "colonel", "col",
    "general", "gen", "sgt", "sergeant", "lieutenant", "lt", "major", "admiral", "sir", "dame", "lord",
    "lady", "king", "queen", "prince", "princess", "pope", "saint", "rev", "reverend", "father", "sister",
    "brother", "aunt", "uncle", "chancellor", "minister", "secretary", "ambassador", "director", "coach",
    "chairman", "ceo", "congressman", "congresswoman", "officer", "detective", "vice-president", "premier",
    "emperor", "duke", "sheikh", "imam", "rabbi", "hon", "attorney", "author", "actor", "actress", "singer",
    "poet", "painter", "composer", "scientist", "engineer", "spokesman", "spokeswoman",
];

/// Titles that are part of the name of a person.
pub const ROYAL_TITLES: &[&str] = &["king", "queen", "prince", "princess", "pope", "lady", "lord", "saint"];

/// What the name of an organization ends with.
pub const ORGANIZATION_ENDS: &[&str] = &[
    "inc", "corp", "corporation", "ltd", "llc", "plc", "gmbh", "ag", "co", "company", "companies", "group",
    "holdings", "partners", "associates", "bank", "bancorp", "trust", "fund", "capital", "insurance",
    "securities", "university", "college", "institute", "school", "academy", "ministry", "department",
    "agency", "bureau", "commission", "committee", "council", "congress", "senate", "parliament", "court",
    "party", "association", "society", "union", "federation", "league", "foundation", "organization",
    "organisation", "authority", "administration", "office", "club", "fc", "united", "airlines", "airways",
    "motors", "technologies", "systems", "software", "records", "pictures", "studios", "entertainment",
    "media", "news", "times", "post", "herald", "tribune", "gazette", "journal", "magazine", "press",
    "radio", "tv", "television", "network", "channel", "broadcasting", "hospital", "museum", "church",
    "police", "army", "navy", "force", "forces", "orchestra", "band", "choir", "laboratories", "labs",
    "laboratory", "industries", "energy", "pharmaceuticals", "communications", "telecom", "games", "library",
    "coalition", "alliance", "movement", "brigade", "front", "team", "board", "center", "centre", "service",
    "services", "international", "solutions", "publishing", "books", "store", "stores", "restaurant",
    "hotel", "cafe", "conference", "jr", "brothers", "sons", "chamber", "cabinet", "tribunal", "nations",
];

/// What the name of an organization begins with before "of" or "for".
pub const ORGANIZATION_HEADS: &[&str] = &[
    "university", "college", "institute", "school", "academy", "bank", "ministry", "department", "bureau",
    "office", "house", "court", "church", "museum", "society", "association", "union", "federation",
    "council", "board", "center", "centre", "league", "organization", "organisation", "party", "chamber",
    "department", "foundation", "conference", "parliament", "commission", "committee", "committees", "order",
    "knights", "daughters", "friends", "army", "voice", "royal", "library",
];

/// What the name of a place ends with.
pub const LOCATION_ENDS: &[&str] = &[
    "street", "st", "avenue", "ave", "road", "rd", "boulevard", "blvd", "lane", "drive", "square", "river",
    "lake", "mountain", "mountains", "mount", "island", "islands", "county", "valley", "city", "bay", "park",
    "bridge", "beach", "coast", "ocean", "sea", "gulf", "desert", "forest", "hill", "hills", "peninsula",
    "province", "region", "district", "village", "town", "township", "canyon", "falls", "springs", "creek",
    "harbor", "harbour", "airport", "station", "state", "states", "kingdom", "republic", "territory",
    "emirates", "heights", "plaza", "tower", "palace", "castle", "field", "garden", "gardens", "border",
    "strip", "bank", "highway", "basin", "plateau", "cape",
];

/// What the name of a place begins with.
pub const LOCATION_HEADS: &[&str] = &[
    "lake", "mount", "mt", "fort", "port", "san", "santa", "los", "las", "el", "saint", "st", "new", "north",
    "south", "east", "west", "northern", "southern", "eastern", "western", "upper", "lower", "central",
    "cape", "gulf", "bay", "isle", "republic", "straits", "strait", "city", "rio", "puerto", "great", "sea",
    "downtown",
];

/// What comes right before the name of a place.
pub const PLACE_PREPOSITIONS: &[&str] = &[
    "in", "at", "from", "near", "to", "into", "across", "through", "outside", "around", "throughout",
    "towards", "toward", "via", "leaving", "visiting", "visited", "north", "south", "east", "west", "within",
    "off",
];

/// What comes right after the name of a person.
pub const PERSON_VERBS: &[&str] = &[
    "said", "says", "told", "wrote", "writes", "who", "whose", "added", "asked", "thinks", "thought",
    "played", "plays", "sang", "sings", "married", "died", "born", "tweeted", "admitted", "replied",
    "explained", "argued", "won", "scored", "met", "loves", "loved", "smiled", "laughed", "joined", "is",
    "was", "has", "had",
];

/// What comes right before the name of a person, other than a title.
pub const PERSON_PREPOSITIONS: &[&str] = &[
    "by", "with", "and", "like", "love", "thanks", "met", "featuring", "ft", "feat", "directed", "starring",
    "son", "daughter", "wife", "husband", "named", "called",
];

/// Words in lower case that may stand inside the name of a person.
pub const PERSON_PARTICLES: &[&str] = &[
    "de", "van", "von", "der", "den", "la", "le", "du", "da", "di", "dos", "del", "della", "bin", "ibn",
    "al", "el", "ter",
];

/// Words in capitals at the start that never begin or end a name, though they may stand inside one.
pub const NOT_NAMES: &[&str] = &[
    "a", "an", "the", "this", "that", "these", "those", "i", "you", "he", "she", "it", "we", "they", "me",
    "him", "her", "us", "them", "my", "your", "his", "its", "our", "their", "who", "what", "where", "when",
    "why", "how", "which", "there", "here", "and", "or", "but", "nor", "so", "yet", "if", "then", "than",
    "as", "because", "although", "though", "while", "since", "until", "unless", "of", "in", "on", "at", "by",
    "for", "with", "about", "against", "between", "into", "through", "during", "before", "after", "above",
    "below", "to", "from", "up", "down", "out", "off", "over", "under", "again", "once", "is", "are", "was",
    "were", "be", "been", "being", "have", "has", "had", "do", "does", "did", "will", "would", "can",
    "could", "shall", "should", "may", "might", "must", "not", "no", "yes", "ok", "okay", "oh", "hey", "hi",
    "hello", "wow", "lol", "omg", "wtf", "rt", "via", "please", "thanks", "thank", "today", "tomorrow",
    "yesterday", "tonight", "now", "just", "also", "however", "although", "all", "some", "any", "many",
    "most", "more", "other", "each", "every", "both", "few", "several", "one", "two", "three", "four",
    "five", "six", "seven", "eight", "nine", "ten", "first", "second", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "january",
    "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "am", "pm",
    "christmas", "easter", "halloween", "thanksgiving", "internet", "god", "jesus", "im", "ive", "dont",
    "etc", "ii", "iii", "iv", "vi", "mom", "dad", "ps", "chapter", "section", "article", "figure", "table",
    "exhibit", "agreement", "let", "new", "good", "great", "happy", "get", "go",
];

/// Peoples, tongues and faiths: written like names, but not what is looked for, unless they begin one.
pub const PEOPLES: &[&str] = &[
    "american", "americans", "british", "english", "french", "german", "germans", "spanish", "italian",
    "italians", "russian", "russians", "chinese", "japanese", "indian", "indians", "canadian", "canadians",
    "australian", "australians", "irish", "scottish", "welsh", "dutch", "greek", "turkish", "iraqi",
    "iraqis", "iranian", "iranians", "syrian", "syrians", "israeli", "israelis", "palestinian",
    "palestinians", "egyptian", "african", "asian", "european", "europeans", "mexican", "mexicans",
    "brazilian", "korean", "vietnamese", "polish", "swedish", "norwegian", "danish", "finnish", "swiss",
    "austrian", "belgian", "portuguese", "ukrainian", "ukrainians", "pakistani", "afghan", "arab", "arabs",
    "arabic", "kurdish", "kurds", "saudi", "lebanese", "jordanian", "jewish", "jews", "jew", "muslim",
    "muslims", "islamic", "christian", "christians", "catholic", "catholics", "protestant", "buddhist",
    "hindu", "sunni", "shia", "shiite", "latin", "hebrew", "roman", "romans", "victorian", "western",
    "democrat", "democrats", "democratic", "republican", "republicans", "conservative", "conservatives",
    "liberal", "communist", "nazi", "nazis", "black", "white", "latino", "hispanic", "cuban", "filipino",
    "thai", "indonesian", "malaysian", "nigerian", "kenyan", "argentine", "chilean", "colombian",
    "hungarian", "czech", "romanian", "bulgarian", "serbian", "croatian",
];

/// Places that the lists of towns and countries do not have, or not in this form.
pub const PLACES: &[&str] = &[
    "us", "usa", "u.s", "u.s.", "u.s.a.", "uk", "u.k", "u.k.", "uae", "america", "britain", "great britain",
    "europe", "asia", "africa", "antarctica", "north america", "south america", "latin america",
    "middle east", "england", "scotland", "wales", "northern ireland", "soviet union", "ussr", "atlantic",
    "pacific", "mediterranean", "nyc", "la", "dc", "washington dc", "d.c.", "earth", "mars", "holland",
    "russia", "syria", "iran", "south korea", "north korea", "korea", "vietnam", "gaza", "west bank",
    "hollywood", "silicon valley", "wall street", "brooklyn", "manhattan",
];

/// Organizations that are known by their letters.
pub const ACRONYMS: &[&str] = &[
    "nato", "un", "eu", "fbi", "cia", "nasa", "bbc", "cnn", "nbc", "abc", "cbs", "ibm", "nfl", "nba", "mlb",
    "nhl", "fifa", "uefa", "who", "imf", "isis", "isil", "mit", "ucla", "nyu", "gop", "nhs", "fda", "epa",
    "irs", "nsa", "pbs", "npr", "mtv", "hbo", "espn", "at&t", "bp", "bmw", "vw", "opec", "unesco", "unicef",
    "nypd", "lapd", "doj",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_written_as_they_are_looked_up() {
        let all = [
            TITLES, ROYAL_TITLES, ORGANIZATION_ENDS, ORGANIZATION_HEADS, LOCATION_ENDS, LOCATION_HEADS,
            PLACE_PREPOSITIONS, PERSON_VERBS, PERSON_PREPOSITIONS, PERSON_PARTICLES, NOT_NAMES, PEOPLES,
            PLACES, ACRONYMS,
        ];
        for cue in all.concat() {
            assert_eq!(cue, cue.to_lowercase());
            assert_eq!(cue, cue.trim());
        }
    }
}
