// Writes the files, and parts of files, that follow from others.
//   npm run generate             writes what is stale
//   npm run generate -- --check  names what is stale, writes nothing, and fails if there is any
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cliPage } from "./cli-page.mjs";
import { platformFiles } from "./platforms.mjs";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const read = (file) => readFileSync(file, "utf8");

const files = [...platformFiles(read), ...cliPage()];
const stale = files.filter(([file, text]) => !existsSync(file) || read(file) !== text);
const generated = new Set(files.map(([file]) => path.dirname(file)));
const surplus = readdirSync("npm")
  .map((folder) => `npm/${folder}`)
  .filter((folder) => !generated.has(folder));

if (!process.argv.includes("--check")) {
  for (const [file, text] of stale) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const folder of surplus) rmSync(folder, { recursive: true });
}
for (const name of [...stale.map(([file]) => file), ...surplus]) console.log(name);
if (process.argv.includes("--check") && stale.length + surplus.length > 0) {
  console.error("These files are stale. Run `npm run generate` and commit them.");
  process.exitCode = 1;
}
