// Draws the README's picture from a run of the demo: docs/demo-light.svg and docs/demo-dark.svg.
//   npm run picture
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { modernNode } from "../lib/modern-node.mjs";
import { installPython, python } from "../lib/tools.mjs";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const output = execFileSync(modernNode(), ["scripts/demo/main.mjs"], {
  encoding: "utf8",
  env: { ...process.env, FORCE_COLOR: "1" },
  stdio: ["ignore", "pipe", "inherit"],
});
// The text before the table is the progress of the builds.
const table = output.slice(output.lastIndexOf("\n", output.indexOf("vinextCacheKey(")));
await installPython(["rich==14.2.0"]);
execFileSync(python, ["scripts/picture/draw.py", "docs"], { input: table });
