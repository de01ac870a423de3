// Makes a component of a JavaScript file: node build.mjs SOURCE WIT OUT [FEATURE...]

import { readFile, writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";

const [source, wit, out, ...features] = process.argv.slice(2);
const { component } = await componentize(await readFile(source, "utf8"), {
  witWorld: await readFile(wit, "utf8"),
  worldName: "plugin",
  // Nothing of WASI unless it is asked for: a Gloss guest gets nothing through it.
  disableFeatures: ["random", "stdio", "clocks", "http", "fetch-event"].filter((feature) => !features.includes(feature)),
});
await writeFile(out, component);
