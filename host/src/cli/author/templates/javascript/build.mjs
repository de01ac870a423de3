// Makes the component: node build.mjs OUT [--debug]

import { readFile, writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";

const [out, debug] = process.argv.slice(2);
const { component } = await componentize(await readFile("analyzer.js", "utf8"), {
  witWorld: await readFile("wit/analyzer.wit", "utf8"),
  worldName: "plugin",
  // A plugin gets nothing through these. With standard output, `console.log` and the stack of an exception reach
  // `gloss check` and `gloss test`, and the component is slower.
  disableFeatures: ["random", "clocks", "http", "fetch-event", ...(debug ? [] : ["stdio"])],
});
await writeFile(out, component);
