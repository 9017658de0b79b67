// Runs the commands of docs/moving-from-next.md, over a Redis with entries of servers of Next.js and vinext.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { RESP_TYPES, createClient } from "@redis/client";
import test from "ava";
import { buildUseCacheKey } from "../index.js";
import { CLI, environment } from "./helpers/cli.mjs";
import { keyOf, recorded } from "./helpers/next-keys.mjs";
import { redisIsHere, startRedis } from "./helpers/redis.mjs";

const overRedis = redisIsHere && process.platform !== "win32" ? test : test.skip;
const page = readFileSync(new URL("../docs/moving-from-next.md", import.meta.url), "utf8");
const [[summary, dryRun, purge], [inspect], [pipe]] = [...page.matchAll(/```sh\n([^]*?)```/g)].map(
  ([, code], index) => (index === 0 ? code.trim().split("\n") : [code]),
);

const vinext = (seed) => buildUseCacheKey('["/srv/data.ts:getPost","ref"]', seed, "[]");
const next = (id) => ["old", "new"].map((order) => keyOf(`"${id}"`, '["line\\n"]', order));
const gone = [
  vinext("v9"),
  ...next("next-8"),
  ...recorded.filter(({ deployment }) => deployment).map(({ key }) => key),
];
const left = recorded.filter(({ deployment }) => !deployment).map(({ key }) => key);
const kept = [vinext("v10"), ...next("next-9"), ...left, "session:1", `${next("next-8")[0]} `];

/** A Redis with these keys, and a shell for the page's commands. */
async function storeWith(t, keys) {
  const redis = await startRedis();
  t.teardown(redis.stop);
  const folder = mkdtempSync(join(tmpdir(), "moving-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const commandOptions = { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
  const client = await createClient({ url: redis.url, commandOptions }).connect();
  t.teardown(() => client.destroy());
  for (const key of keys) await client.set(key, "entry");
  const run = (code, url = redis.url) =>
    promisify(execFile)("bash", ["-c", code.replaceAll("npx vinext-cache-key", `node "${CLI}"`)], {
      cwd: folder,
      env: environment({ REDIS_URL: url }),
    });
  return {
    client,
    run,
    url: redis.url,
    list: async () => (await client.keys("*")).map(String).sort(),
  };
}

const sorted = (...keys) => [...new Set(keys.flat())].sort();

overRedis("the store is shown, and purged only with --yes", async (t) => {
  const { list, run } = await storeWith(t, [...gone, ...kept]);
  t.regex((await run(summary)).stdout, /next-8 +next +c08e143957a96ba51f513ef95030c3af367c5c7460$/m);
  t.regex(
    (await run(inspect)).stdout,
    /^next-9 +next +c08e143957a96ba51f513ef95030c3af367c5c7460 +\["line\\n"\]$/m,
  );
  const { stdout } = await run(dryRun);
  t.regex(stdout, /^ *1 .* v9 +stale$/m);
  t.regex(
    stdout,
    new RegExp(`^ *${new Set(left).size} .* \\(Next\\.js, of no deployment\\) +left alone$`, "m"),
  );
  t.deepEqual(await list(), sorted(gone, kept));
  await run(purge);
  t.deepEqual(await list(), sorted(kept));
});

overRedis("purge leaves the keys of Next.js alone without --next", async (t) => {
  const { list, run } = await storeWith(t, [...gone, ...kept]);
  await run(purge.replace(" --next --keep next-9", ""));
  t.deepEqual(
    await list(),
    sorted(gone, kept).filter((key) => key !== vinext("v9")),
  );
});

overRedis("a misspelt deployment of Next.js deletes nothing", async (t) => {
  const { list, run } = await storeWith(t, [...gone, ...kept]);
  for (const command of [purge, pipe]) {
    const misspelt = command.replace("--keep next-9", "--keep Next-9");
    await t.throwsAsync(run(misspelt), { code: 1, message: /no key of "Next-9" was read/ });
  }
  t.deepEqual(await list(), sorted(gone, kept));
});

overRedis("the pipe deletes the same", async (t) => {
  const { list, run } = await storeWith(t, [...gone, ...kept]);
  const { stdout } = await run(pipe);
  t.regex(stdout, new RegExp(`errors: 0, replies: ${new Set(gone).size}\\b`));
  t.deepEqual(await list(), sorted(kept));
});

overRedis("the pipe and purge fail where Redis refuses to delete", async (t) => {
  const { client, list, run, url } = await storeWith(t, [...kept, ...next("next-8")]);
  await client.sendCommand(["ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", "-unlink"]);
  for (const command of [purge, pipe]) {
    await t.throwsAsync(run(command, url.replace("//", "//reader:pw@")), { code: 1 });
  }
  t.deepEqual(await list(), sorted(kept, next("next-8")));
});

overRedis("purge deletes a key of any length", async (t) => {
  const long = keyOf('"next-8"', JSON.stringify(["x".repeat(1 << 20)]), "new");
  const { list, run } = await storeWith(t, [...kept, long]);
  await run(purge);
  t.deepEqual(await list(), sorted(kept));
});
