// 10,000 deployments in one store. docs/reliability.md has the promises.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { CLI, environment, run } from "./helpers/cli.mjs";
import { keyOf, redisWith, sorted } from "./helpers/redis-store.mjs";
import { redisIsHere } from "./helpers/redis.mjs";

const overRedis = redisIsHere ? test.serial : test.serial.skip;

const SEEDS = Array.from({ length: 10_000 }, (_, index) => `dpl_${index.toString(36)}`);
const pageOf = (seed) => `deployment:${seed}:app:v2:b1:/:html`;
const KEYS = SEEDS.flatMap((seed) => [keyOf(seed), pageOf(seed)]);
const [FIRST, ...OTHERS] = SEEDS;
const keep = (seeds) => seeds.map((seed) => `--keep=${seed}`);
const engines = [{}, { VINEXT_CACHE_KEY: "portable" }];
const MOST_LINES = 50;

const linesOf = (text) => text.split("\n").filter(Boolean);
const isShort = (t, text) =>
  t.true(linesOf(text).length < MOST_LINES && text.length < 5000, text.slice(0, 5000));

overRedis("purge of 10,000 deployments: one is kept, then all, and what is shown stays short", async (t) => {
  const redis = await redisWith(t, KEYS);
  const all = await run(["purge", redis.url, ...keep(SEEDS), "--yes"]);
  t.like(all, { code: 0, err: "" });
  t.regex(all.out, /There is nothing to delete/);
  isShort(t, all.out);
  const misspelt = await run([
    "purge",
    redis.url,
    ...keep([FIRST]),
    ...keep(OTHERS.map((seed) => `${seed}_x`)),
  ]);
  t.is(misspelt.code, 1);
  t.regex(misspelt.err, /no key of "dpl_100_x" or .* or 9,989 more was read/);
  isShort(t, misspelt.out + misspelt.err);
  t.deepEqual(await redis.list(), sorted(KEYS));
  const one = await run(["purge", redis.url, "--keep", FIRST, "--yes"]);
  t.like(one, { code: 0, err: "" });
  t.regex(one.out, /19,998 of 19,998 keys deleted/);
  isShort(t, one.out);
  t.deepEqual(await redis.list(), sorted([keyOf(FIRST), pageOf(FIRST)]));
});

overRedis("inspect --summary of 10,000 deployments counts them all, and shows the largest", async (t) => {
  const redis = await redisWith(t, [...KEYS, `${keyOf(FIRST)}1`]);
  const { code, out } = await run(["inspect", redis.url, "--summary"]);
  t.is(code, 0);
  t.regex(out, /20,001 keys of/);
  t.regex(out, /… and 19,960 more/);
  t.regex(linesOf(out)[1], new RegExp(`\\b${FIRST}\\b`));
  isShort(t, out);
  const { groups, keys } = JSON.parse((await run(["inspect", redis.url, "--summary", "--json"])).out);
  t.deepEqual([keys, groups.length], [20_001, 20_000]);
});

for (const env of engines) {
  const engine = env.VINEXT_CACHE_KEY ?? "native";
  test.serial(`stale with 10,000 --keep: ${engine}`, async (t) => {
    const input = `${KEYS.join("\n")}\n`;
    const all = await run(["stale", ...keep(SEEDS)], { env, input });
    t.like(all, { code: 0, out: "" });
    isShort(t, all.err);
    const allButOne = await run(["stale", ...keep(OTHERS)], { env, input });
    t.like(allButOne, { code: 0, out: `${keyOf(FIRST)}\n${pageOf(FIRST)}\n` });
    const one = await run(["stale", ...keep([FIRST])], { env, input });
    t.deepEqual(linesOf(one.out), KEYS.slice(2));
    isShort(t, one.err);
  });
}

(process.platform === "win32" ? test.skip : test)(
  "10,000 deployments to keep come from a file",
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "keep-"));
    t.teardown(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "keep"), `${OTHERS.join("\n")}\n`);
    writeFileSync(join(folder, "keys"), `${KEYS.join("\n")}\n`);
    const command = `"${process.execPath}" "${CLI}" stale $(sed 's/^/--keep=/' keep) < keys`;
    const { stdout } = await promisify(execFile)("bash", ["-c", command], {
      cwd: folder,
      env: environment({}),
    });
    t.is(stdout, `${keyOf(FIRST)}\n${pageOf(FIRST)}\n`);
  },
);
