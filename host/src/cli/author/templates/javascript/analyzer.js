// Finds words that shout: those that are written in capitals.

/** A letter that comes in two cases. (The engine has no tables for `\p{L}`.) */
const isLetter = (c) => c.toLowerCase() !== c.toUpperCase();

const isInCapitals = (word) => word === word.toUpperCase() && word !== word.toLowerCase();

export const analyzer = {
  /** What the gateway and its users are told. The examples are tried whenever the plugin is loaded. */
  describe() {
    return {
      name: "{{name}}",
      version: "0.1.0",
      summary: "Finds words in capitals.",
      path: undefined,
      languages: [],
      labels: [{ name: "SHOUT", summary: "A word in capitals.", group: undefined }],
      openLabels: false,
      settings: [
        {
          name: "letters",
          summary: "How many letters a word must have.",
          kind: "integer",
          default: { tag: "integer", val: 3n },
          minimum: 1,
          maximum: 100,
          choices: [],
        },
      ],
      outputs: [
        { name: "words", kind: "measure", summary: "How many words there are in all.", unit: "words", dimensions: undefined },
      ],
      examples: [{ text: "We MUST leave now.", language: undefined, settings: [] }],
      metadata: [],
    };
  },

  /** Analyzes one document, in a fresh instance. To refuse one, throw a `refusal`. */
  analyze({ text }, options) {
    try {
      // The gateway has checked the settings, and gives all of them in the order of the description.
      return shouts(text, Number(options.settings[0].value.val));
    } catch (error) {
      // An exception would be taken for a refusal without a reason. `gloss check` and `gloss test` show the detail;
      // clients never see it.
      throw { reason: "failed", subject: undefined, detail: `${error}\n${error.stack}` };
    }
  },
};

function shouts(text, letters) {
  const spans = [];
  let count = 0;
  for (const { word, start, end } of wordsOf(text)) {
    count += 1;
    if ([...word].length >= letters && isInCapitals(word)) {
      spans.push({ range: { start, end }, parts: [], label: "SHOUT", score: undefined, attributes: [] });
    }
  }
  const words = { name: "words", quantity: { tag: "integer", val: BigInt(count) } };
  return {
    answer: { tag: "layer", val: { name: "shouts", over: undefined, spans, relations: [] } },
    findings: [{ tag: "measures", val: [words] }],
  };
}

/** The words of a text, and where they are in bytes of UTF-8, which is what offsets count. */
function* wordsOf(text) {
  let [word, start, at] = ["", 0, 0];
  for (const c of text) {
    if (isLetter(c)) {
      if (word === "") start = at;
      word += c;
    } else if (word !== "") {
      yield { word, start, end: at };
      word = "";
    }
    at += bytes(c.codePointAt(0));
  }
  if (word !== "") yield { word, start, end: at };
}

const bytes = (codePoint) => (codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4);
