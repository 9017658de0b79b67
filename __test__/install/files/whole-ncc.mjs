// The package and its binary in the bundle.
import { execFileSync } from "node:child_process";
import { renameSync } from "node:fs";

const esm = process.argv[2] === "esm";
const [entry, built, wanted] = esm
  ? ["module.mjs", "index.mjs", "main.mjs"]
  : ["common.cjs", "index.cjs", "main.cjs"];
execFileSync(process.execPath, ["node_modules/@vercel/ncc/dist/ncc/cli.js", "build", entry, "--out=bundle"]);
renameSync(`bundle/${built}`, `bundle/${wanted}`);
