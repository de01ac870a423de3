// Makes the component: node build.mjs OUT

import { readFile, writeFile } from "node:fs/promises";
import { componentize } from "@bytecodealliance/componentize-js";

const { component } = await componentize(await readFile("analyzer.js", "utf8"), {
  witWorld: await readFile("../../../wit/analyzer.wit", "utf8"),
  worldName: "plugin",
  // A plugin gets nothing through these.
  disableFeatures: ["random", "clocks", "http", "fetch-event", "stdio"],
});
await writeFile(process.argv[2], component);
