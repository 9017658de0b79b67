// Mutation tests: small mistakes put into the code, one at a time. Each one has to make a test fail. A mistake that changes
// nothing that a test could see is listed in exceptions.json, with its reason.
//   npm run mutants                       the Rust core, then the shell and the engines
//   npm run mutants -- rust --shard 1/2   half of the core's mutants
//   npm run mutants -- js                 the shell and the engines
//   npm run mutants -- sample             parts of the plugin and of the commands: a score only
//   npm run mutants -- addon              one in eight mutants of src/node/: a score only
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { addon } from "./addon.mjs";
import { js, sample } from "./js.mjs";
import { rust } from "./rust.mjs";
import { judge } from "./verdict.mjs";

const RUNS = { rust, js, sample, addon };
/** Parts in which every mutant that survives needs an entry in exceptions.json. */
const STRICT = ["rust", "js"];

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { shard: { type: "string", default: "1/1" } },
});
const parts = positionals.length > 0 ? positionals : STRICT;
const [, k, n] = (/^(\d+)\/(\d+)$/.exec(values.shard) ?? []).map(Number);
if (!(k >= 1 && k <= n) || !parts.every((part) => part in RUNS)) {
  console.error("usage: npm run mutants -- [rust|js|sample|addon]… [--shard K/N]");
  process.exit(2);
}

const exceptions = JSON.parse(readFileSync("__test__/mutants/exceptions.json", "utf8"));
const list = (title, names) =>
  names.length > 0 && console.log(`${title}\n${names.map((name) => `  ${name}\n`).join("")}`);

for (const part of parts) {
  const run = await RUNS[part]({ k, n });
  const { killed, excepted, unexplained, outdated } = judge(run, exceptions[part] ?? []);
  const judged = killed + unexplained.length;
  const total = judged + excepted.length;
  const share = (judged > 0 ? (100 * killed) / judged : 100).toFixed(1);
  list(`${part}: survivors without an entry in exceptions.json`, unexplained);
  list(`${part}: entries of exceptions.json whose mutants no longer survive or no longer exist`, outdated);
  console.log(
    `${part}: ${total} mutants, ${killed} killed, ${excepted.length} excepted, ${unexplained.length} unexplained. ` +
      `Score without the excepted ones: ${share}%`,
  );
  if (STRICT.includes(part) && unexplained.length + outdated.length > 0) process.exitCode = 1;
}
