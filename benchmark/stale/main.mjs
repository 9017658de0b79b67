// `npm run bench:stale`: the command over ten million keys, beside the same filter in plain Node, line by line.
//   npm run bench:stale -- [keys]
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdtempSync, openSync, closeSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { KEPT, writeKeys } from "./keys.mjs";

const RUNS = 3;
const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const contenders = [
  ["native", path("../../js/cli.mjs"), ["stale", ...KEPT.flatMap((seed) => ["--keep", seed])], "native"],
  ["portable", path("../../js/cli.mjs"), ["stale", ...KEPT.flatMap((seed) => ["--keep", seed])], "portable"],
  ["plain Node, line by line", path("plain.mjs"), KEPT, "native"],
];

/** Tells what the process it runs in needed, on its fourth file descriptor. */
const PROBE = `data:text/javascript,import { writeSync } from "node:fs";
  process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));`;

async function run([, script, args, VINEXT_CACHE_KEY], input, output) {
  const [source, target] = [openSync(input, "r"), openSync(output, "w")];
  const start = performance.now();
  const child = spawn(process.execPath, [`--import=${PROBE}`, script, ...args], {
    stdio: [source, target, "pipe", "pipe"],
    env: { ...process.env, VINEXT_CACHE_KEY },
  });
  let [errors, kilobytes] = ["", ""];
  child.stderr.on("data", (text) => (errors += text));
  child.stdio[3].on("data", (text) => (kilobytes += text));
  const [code] = await once(child, "close");
  const seconds = (performance.now() - start) / 1000;
  for (const file of [source, target]) closeSync(file);
  if (code !== 0) throw new Error(errors);
  return { seconds, megabytes: Number(kilobytes) / 1024 };
}

async function digestOf(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

const count = Number(process.argv[2] ?? 10_000_000);
const folder = mkdtempSync(join(tmpdir(), "stale-"));
try {
  const input = join(folder, "keys");
  writeKeys(input, count);
  console.log(`${count} keys, ${(statSync(input).size / 1e9).toFixed(2)} GB, Node ${process.version}`);
  const digests = new Set();
  const rows = [];
  for (const contender of contenders) {
    const output = join(folder, "stale");
    const runs = [];
    for (let round = 0; round < RUNS; round += 1) runs.push(await run(contender, input, output));
    digests.add(await digestOf(output));
    const seconds = runs.map((one) => one.seconds).sort((a, b) => a - b)[RUNS >> 1];
    rows.push({ filter: contender[0], seconds, megabytes: Math.max(...runs.map((one) => one.megabytes)) });
  }
  if (digests.size !== 1) throw new Error("The outputs differ.");
  const plain = rows.at(-1).seconds;
  for (const { filter, seconds, megabytes } of rows) {
    console.log(
      `${filter.padEnd(25)} ${seconds.toFixed(2).padStart(6)} s  ${(plain / seconds).toFixed(1).padStart(4)}x  ${megabytes.toFixed(0).padStart(4)} MB RSS`,
    );
  }
  console.log("The outputs are equal, byte for byte.");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
