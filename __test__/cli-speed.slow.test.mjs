// Measures the processor time and the memory of the command line over long lists. The clock would also measure other processes on
// the machine.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { writeKeys } from "../benchmark/stale/keys.mjs";
import { buildUseCacheKey } from "../index.js";
import { staysWithin } from "./helpers/bounds.mjs";
import { CLI, environment } from "./helpers/cli.mjs";

/** Reports what its process used, on the fourth file descriptor. */
const PROBE = `data:text/javascript,import { writeSync } from "node:fs";
  process.on("exit", () => writeSync(3, JSON.stringify(process.resourceUsage())));`;

const folder = mkdtempSync(join(tmpdir(), "speed-"));
test.after.always(() => rmSync(folder, { recursive: true }));

/** Runs the command over a file or a pipe, and returns what it used. */
async function measure(args, list, { pipe = false } = {}) {
  const input = openSync(list, "r");
  const cat = pipe ? spawn("cat", [list], { stdio: ["ignore", "pipe", "inherit"] }) : undefined;
  const child = spawn(process.execPath, [`--import=${PROBE}`, CLI, ...args], {
    stdio: [cat?.stdout ?? input, "pipe", "pipe", "pipe"],
    env: environment({}),
  });
  let usage = "";
  let size = 0;
  let err = "";
  child.stdout.on("data", ({ length }) => (size += length));
  child.stderr.on("data", (text) => (err += text));
  child.stdio[3].on("data", (text) => (usage += text));
  const [code] = await once(child, "close");
  closeSync(input);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(usage);
  return { code, size, err, seconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 };
}

const MOST_MEGABYTES = 150;

/** `inspect` over a million keys takes less than so much processor time, and little memory. */
async function inspects(t, args, mostSeconds) {
  const list = join(folder, "keys");
  writeKeys(list, 1_000_000);
  await staysWithin(t, async () => {
    const { code, seconds, megabytes } = await measure(["inspect", ...args], list);
    t.is(code, 0);
    return {
      within: seconds < mostSeconds && megabytes < MOST_MEGABYTES,
      figures: `${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB`,
    };
  });
}

test.serial("stale: 200,000 keys of 50,000 deployments by a pipe, all waiting, in under 2 s", async (t) => {
  const list = join(folder, "deployments");
  const id = JSON.stringify(["/srv/shop/app/page.tsx:default", "0a1b2c3d4e5f"]);
  const key = (seed) => `${buildUseCacheKey(id, seed, randomBytes(32).toString("base64url"))}\n`;
  const keys = Array.from({ length: 200_000 }, (_, index) => key(`dpl_${index % 50_000}`));
  writeFileSync(list, [...keys, key("live")].join(""));
  await staysWithin(t, async () => {
    const { code, size, err, seconds } = await measure(["stale", "--keep", "live"], list, { pipe: true });
    t.deepEqual([code, size], [0, keys.join("").length]);
    t.regex(err, /and 49,981 more\n200,000 of 200,001 keys written/);
    return { within: seconds < 2, figures: `${seconds.toFixed(2)} s` };
  });
});

test.serial("inspect: 1,000,000 keys from a file, in under 5 s and 150 MB", (t) => inspects(t, [], 5));

test.serial("inspect --summary: 1,000,000 keys from a file, in under 3 s and 150 MB", (t) =>
  inspects(t, ["--summary"], 3),
);
