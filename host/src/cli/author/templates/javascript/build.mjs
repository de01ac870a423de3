// Makes the component: node build.mjs OUT [--debug]

import { readFile, writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";
import { build } from "esbuild";

const [out, debug] = process.argv.slice(2);
// The analyzer and what it imports, in one file. It stays, since a stack names its lines.
await build({ entryPoints: ["analyzer.js"], bundle: true, format: "esm", outfile: "bundle.js" });
const { component } = await componentize(await readFile("bundle.js", "utf8"), {
  sourceName: "bundle.js",
  witWorld: await readFile("wit/analyzer.wit", "utf8"),
  worldName: "plugin",
  // A plugin gets nothing through these. With standard output, `console.log` reaches `gloss check` and
  // `gloss test`, and the component is slower.
  disableFeatures: ["random", "clocks", "http", "fetch-event", ...(debug ? [] : ["stdio"])],
});
await writeFile(out, component);
