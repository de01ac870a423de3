// Keywords by RAKE: Rose, Engel, Cramer and Cowley, "Automatic Keyword Extraction from Individual Documents", in "Text
// Mining: Applications and Theory" (2010).
//
// Candidates are the runs of words between stop words and punctuation. A word's score is its degree, the lengths of the
// candidates that it stands in, over its frequency; a candidate's is the sum over its words. What is found is each of
// the best once, where it stands first, with its score beside the best one's.

const LONGEST_PHRASE = 4;

const STOP_WORDS = new Set(
  (
    "a about above after again against all almost alone along already also although always am among an and another any " +
    "anybody anyone anything are around as at away back be became because become been before being below between both " +
    "but by came can cannot come could did do does doing done down during each either else enough even ever every " +
    "everybody everyone everything far few first for from further gave get give given go goes going gone got had has have " +
    "having he her here hers herself him himself his how however i if in indeed instead into is it its itself just keep " +
    "kept know known last later least less let like likely made make makes making many may maybe me might mine more most " +
    "much must my myself near need neither never next no nobody none nor not nothing now of off often on once one only or " +
    "other others our ours ourselves out over own per perhaps put quite rather really said same saw say says see seem " +
    "seems seen several shall she should since so some somebody someone something sometimes soon still such take taken " +
    "than that the their theirs them themselves then there therefore these they thing things this those though through " +
    "thus to together too took toward towards two under until up upon us use used uses very was we well went were what " +
    "whatever when whenever where whether which while who whole whom whose why will with within without would yes yet you " +
    "your yours yourself yourselves"
  ).split(" "),
);

const isLetter = (c) => c.toLowerCase() !== c.toUpperCase() || (c >= "0" && c <= "9");
const bytes = (c) => (c < "\u{80}" ? 1 : c < "\u{800}" ? 2 : c.length === 1 ? 3 : 4);

export const analyzer = {
  describe() {
    const example = (text) => ({ text, language: undefined, settings: [] });
    return {
      name: "keywords",
      version: "1.0.0",
      summary: "Finds the phrases that say what a text is about, and its hashtags.",
      path: undefined,
      languages: ["en"],
      labels: [
        { name: "KEYWORD", summary: "A phrase that says what the text is about.", group: undefined },
        { name: "HASHTAG", summary: "A word behind a number sign.", group: undefined },
      ],
      openLabels: false,
      settings: [
        {
          name: "most",
          summary: "How many keywords are found at most.",
          kind: "integer",
          default: { tag: "integer", val: 10n },
          minimum: 1,
          maximum: 100,
          choices: [],
        },
      ],
      outputs: [
        { name: "hashtags", kind: "layer", summary: "The hashtags.", unit: undefined, dimensions: undefined },
      ],
      examples: [
        example("Compatibility of systems of linear constraints over the set of natural numbers."),
        example("The #analyticalengine was never finished."),
      ],
      metadata: [],
    };
  },

  analyze({ text }, options) {
    const most = Number(options.settings[0].value.val);
    const tokens = tokensOf(text);
    const spans = best(candidatesOf(tokens), most);
    const hashtags = tokens.filter((token) => token.kind === "hashtag").map((token) => span([token], "HASHTAG", undefined));
    const findings = hashtags.length ? [{ tag: "layer", val: layer("hashtags", hashtags) }] : [];
    return { answer: { tag: "layer", val: layer("keywords", spans) }, findings };
  },
};

const layer = (name, spans) => ({ name, over: undefined, spans, relations: [] });

function span(tokens, label, score) {
  const range = { start: tokens[0].start, end: tokens.at(-1).end };
  return { range, parts: [], label, score, attributes: [] };
}

/** Words, hashtags, and breaks: whatever else stands between two words but spaces. Offsets count bytes of UTF-8. */
function tokensOf(text) {
  const tokens = [];
  const characters = [...text];
  let [place, at] = [0, 0];
  const isWord = (place) => {
    const c = characters[place];
    const joins = c === "'" || c === "\u{2019}" || c === "-";
    return c !== undefined && (isLetter(c) || (joins && place > 0 && isWordLetter(place - 1) && isWordLetter(place + 1)));
  };
  const isWordLetter = (place) => characters[place] !== undefined && isLetter(characters[place]);
  while (place < characters.length) {
    const c = characters[place];
    const start = at;
    const kind = isWord(place) ? "word" : c === "#" && isWordLetter(place + 1) ? "hashtag" : "break";
    let written = "";
    do {
      written += characters[place];
      at += bytes(characters[place]);
      place += 1;
    } while (kind !== "break" && (isWord(place) || characters[place] === "_"));
    if (kind !== "break" || c !== " ") tokens.push({ kind, start, end: at, key: written.toLowerCase() });
  }
  return tokens;
}

/** Runs of words without stop words, short enough to be a phrase. */
function candidatesOf(tokens) {
  const candidates = [];
  let run = [];
  const end = () => {
    if (run.length > 0 && run.length <= LONGEST_PHRASE) candidates.push(run);
    run = [];
  };
  for (const token of tokens) {
    const isContent = token.kind === "word" && !STOP_WORDS.has(token.key) && /[^0-9]/.test(token.key) && token.key.length > 1;
    if (isContent) run.push(token);
    else end();
  }
  end();
  return candidates;
}

/** Spans of the best candidates, in the order of the text. */
function best(candidates, most) {
  const words = new Map();
  for (const candidate of candidates) {
    for (const { key } of candidate) {
      const { degree, frequency } = words.get(key) ?? { degree: 0, frequency: 0 };
      words.set(key, { degree: degree + candidate.length, frequency: frequency + 1 });
    }
  }
  const score = (candidate) => {
    const scores = candidate.map(({ key }) => words.get(key).degree / words.get(key).frequency);
    return scores.reduce((sum, score) => sum + score, 0);
  };
  const phrases = new Map();
  for (const candidate of candidates) {
    const phrase = candidate.map(({ key }) => key).join(" ");
    if (!phrases.has(phrase)) phrases.set(phrase, { candidate, score: score(candidate) });
  }
  const start = ({ candidate }) => candidate[0].start;
  // Of equals the first.
  const ranked = [...phrases.values()].sort((a, b) => b.score - a.score || start(a) - start(b)).slice(0, most);
  const highest = ranked.length > 0 ? ranked[0].score : 1;
  ranked.sort((a, b) => start(a) - start(b));
  return ranked.map(({ candidate, score }) => span(candidate, "KEYWORD", Math.round((1000 * score) / highest) / 1000));
}
