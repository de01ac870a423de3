// The F1 of compromise on the development sets, as `evaluate/run` prints it beside ours: a name is right with just its
// words and its kind. The words of a sentence are joined with spaces.

import fs from "node:fs";
import path from "node:path";
import nlp from "compromise";

const KINDS = { PER: "people", ORG: "organizations", LOC: "places" };

/** The text of a sentence and its names, as `kind start end`. */
function read(block) {
  let text = "";
  const names = [];
  let open = false;
  for (const line of block.split("\n").filter(Boolean)) {
    const [word, tag] = line.split("\t");
    if (text) text += " ";
    const start = text.length;
    text += word;
    if (tag.startsWith("I-") && open) names.at(-1).end = text.length;
    else if (tag !== "O") names.push({ kind: tag.slice(2), start, end: text.length });
    open = tag !== "O";
  }
  return { text, names: new Set(names.map(({ kind, start, end }) => `${kind} ${start} ${end}`)) };
}

/** What compromise finds, without white space and marks at the ends. */
function find(text) {
  const found = new Set();
  const document = nlp(text);
  for (const [kind, method] of Object.entries(KINDS)) {
    for (const { offset } of document[method]().json({ offset: true })) {
      const piece = text.slice(offset.start, offset.start + offset.length);
      const trimmed = piece.replace(/[\s.,;:!?"')\]]+$/u, "");
      const start = offset.start + (trimmed.length - trimmed.trimStart().length);
      if (trimmed.trim()) found.add(`${kind} ${start} ${offset.start + trimmed.length}`);
    }
  }
  return found;
}

const folder = process.argv[2];
for (const set of fs.readdirSync(folder).sort()) {
  const file = path.join(folder, set, "dev.conll");
  if (!fs.existsSync(file)) continue;
  let [right, all] = [0, 0];
  for (const block of fs.readFileSync(file, "utf8").split("\n\n").filter((block) => block.trim())) {
    const { text, names } = read(block);
    const found = find(text);
    right += [...found].filter((name) => names.has(name)).length;
    all += names.size + found.size;
  }
  console.log(`${set}\t${((2 * right) / all).toFixed(4)}`);
}
