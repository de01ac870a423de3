// The counter of `examples/counter.rs`, in JavaScript.

const letters = (text) => [...text].filter((c) => c.toLowerCase() !== c.toUpperCase()).length;
const vowels = (text) => [...text].filter((c) => "aeiouAEIOU".includes(c)).length;

export const analyzer = {
  describe() {
    return {
      name: "vowel-counter-js",
      version: "1.0.0",
      summary: "Counts the vowels of a text.",
      path: "/vowels",
      languages: [],
      labels: [],
      openLabels: false,
      settings: [],
      outputs: [{ name: "letters", kind: "measure", summary: "Letters that come in two cases.", unit: "letters" }],
      examples: [{ text: "one two three", settings: [] }],
      metadata: [],
    };
  },

  analyze(document, options) {
    const measure = { name: "letters", quantity: { tag: "integer", val: BigInt(letters(document.text)) } };
    return {
      answer: { tag: "value", val: { tag: "integer", val: BigInt(vowels(document.text)) } },
      findings: [{ tag: "measures", val: [measure] }],
    };
  },
};
