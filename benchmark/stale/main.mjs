// `npm run bench:stale`: times the command over ten million keys, the same filter in plain Node, and the same selection by a regular
// expression of grep, if grep has -P. Fails if the command is not 1.5 times as fast as grep.
//   npm run bench:stale -- [keys]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, openSync, closeSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { judge } from "./bar.mjs";
import { KEPT, writeKeys } from "./keys.mjs";

const [keys = "10000000", ...stray] = process.argv.slice(2);
const count = Number(keys);
if (!/^[1-9]\d*$/.test(keys) || !Number.isSafeInteger(count) || stray.length > 0) {
  console.error(
    "usage: npm run bench:stale -- [keys]\nThe number of keys is a positive integer, 10000000 by default.",
  );
  process.exit(2);
}

const RUNS = 3;
const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const stale = ["stale", ...KEPT.flatMap((seed) => ["--keep", seed])];
const node = (name, script, args, VINEXT_CACHE_KEY = "native") => ({
  name,
  file: process.execPath,
  args: [`--import=${PROBE}`, path(script), ...args],
  env: { VINEXT_CACHE_KEY },
});

/** Reports what its process needed, on its fourth file descriptor. */
const PROBE = `data:text/javascript,import { writeSync } from "node:fs";
  process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));`;

const NATIVE = "native";
const PLAIN = "plain Node, line by line";
const GREP = "LC_ALL=C grep -P";
const contenders = [
  node(NATIVE, "../../js/cli.mjs", stale),
  node("portable", "../../js/cli.mjs", stale, "portable"),
  node(PLAIN, "plain.mjs", KEPT),
];
const kept = KEPT.map((seed) => RegExp.escape?.(seed) ?? seed.replaceAll(/\W/g, "\\$&"));
const pattern = `^use-cache:build:(?!(?:${kept.join("|")}):)[^:]+:`;
if (spawnSync("grep", ["-P", "b"], { input: "abc" }).status === 0) {
  contenders.push({ name: GREP, file: "grep", args: ["-P", pattern], env: { LC_ALL: "C" } });
}

async function run({ file, args, env }, input, output) {
  const [source, target] = [openSync(input, "r"), openSync(output, "w")];
  const start = performance.now();
  const child = spawn(file, args, {
    stdio: [source, target, "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let [errors, kilobytes] = ["", ""];
  child.stderr.on("data", (text) => (errors += text));
  child.stdio[3].on("data", (text) => (kilobytes += text));
  const [code] = await once(child, "close");
  const seconds = (performance.now() - start) / 1000;
  for (const file of [source, target]) closeSync(file);
  if (code !== 0) throw new Error(errors);
  return { seconds, megabytes: kilobytes ? Number(kilobytes) / 1024 : undefined };
}

async function digestOf(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

const folder = mkdtempSync(join(tmpdir(), "stale-"));
try {
  const input = join(folder, "keys");
  writeKeys(input, count);
  console.log(`${count} keys, ${(statSync(input).size / 1e9).toFixed(2)} GB, Node ${process.version}`);
  const digests = new Set();
  /** @type {Map<object, Awaited<ReturnType<typeof run>>[]>} */
  const runs = new Map(contenders.map((contender) => [contender, []]));
  // In turn, so that other work of the machine disturbs all of them equally.
  for (let round = 0; round < RUNS; round += 1) {
    for (const contender of contenders) {
      const output = join(folder, "stale");
      runs.get(contender).push(await run(contender, input, output));
      digests.add(await digestOf(output));
    }
  }
  const rows = contenders.map((contender) => {
    const own = runs.get(contender);
    return {
      name: contender.name,
      seconds: own.map(({ seconds }) => seconds).sort((a, b) => a - b)[RUNS >> 1],
      megabytes: own[0].megabytes && Math.max(...own.map(({ megabytes }) => megabytes)),
    };
  });
  if (digests.size !== 1) throw new Error("The outputs differ.");
  const timeOf = (wanted) => rows.find(({ name }) => name === wanted)?.seconds ?? NaN;
  const times = (reference, seconds) => `${(reference / seconds).toFixed(1)}x`.padStart(6);
  console.log(`${"".padEnd(25)} seconds  x ${PLAIN}, x ${GREP}`);
  for (const { name, seconds, megabytes } of rows) {
    const memory = megabytes === undefined ? "" : `${megabytes.toFixed(0).padStart(5)} MB RSS`;
    console.log(
      `${name.padEnd(25)} ${seconds.toFixed(2).padStart(6)} s ${times(timeOf(PLAIN), seconds)} ${times(timeOf(GREP), seconds)} ${memory}`,
    );
  }
  console.log("The outputs are equal, byte for byte.");
  const { text, passed } = judge(timeOf(NATIVE), timeOf(GREP));
  console.log(text);
  if (!passed) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
