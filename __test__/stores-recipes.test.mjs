// The recipes of docs/stores.md, as they stand there, over stores that hold keys of four deployments.
import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test from "ava";
import { buildUseCacheKey } from "../index.js";
import { modernNode } from "../scripts/modern-node.mjs";
import { CLI } from "./helpers/cli.mjs";
import { redisIsHere, startRedis } from "./helpers/redis.mjs";
import { installExample, workerdRunsHere } from "./helpers/worker-app.mjs";

const execute = promisify(execFile);
const repository = fileURLToPath(new URL("..", import.meta.url));
const document = readFileSync(new URL("../docs/stores.md", import.meta.url), "utf8");

/** The code under a heading. */
const recipes = (heading) => {
  const section = document.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  return [...section.matchAll(/```\w+\n([^]*?)```/g)].map(([, code]) => code);
};

const ids = ["default", "it's", 'a "b" \\c'].map((name) =>
  JSON.stringify([`/srv/app/[id] x/page.tsx:${name}`, "ref"]),
);
const keysOf = (seed) => ids.map((id) => buildUseCacheKey(id, seed, '[{"a":"\'$1\'"}]'));
const stale = ["v1", "v 0*"].flatMap(keysOf);
const kept = [...["v2", "v3", undefined].flatMap(keysOf), "session:1", "use-cacheless"];
const all = [...stale, ...kept];
const sorted = (keys) => [...keys].sort();

/** A folder in which `npx` finds what a project would have installed, and only a modern Node. */
function project(t, commands = {}) {
  const root = mkdtempSync(join(tmpdir(), "recipe-"));
  t.teardown(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const bin = join(root, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(repository, join(root, "node_modules/vinext-cache-key"), "junction");
  for (const [name, script] of Object.entries({ "vinext-cache-key": CLI, ...commands })) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec node "${script}" "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const PATH = [dirname(modernNode()), process.env.PATH].join(delimiter);
  return {
    root,
    shell: (code, env) =>
      execute("bash", ["-o", "pipefail", "-euc", code], { cwd: root, env: { ...process.env, PATH, ...env } }),
  };
}

const overRedis = redisIsHere ? test.serial : test.serial.skip;

overRedis("Redis", async (t) => {
  const redis = await startRedis();
  t.teardown(redis.stop);
  const { shell } = project(t);
  const env = { REDIS_URL: redis.url };
  const list = async () => {
    const { stdout } = await shell('redis-cli -u "$REDIS_URL" --scan', env);
    return sorted(stdout.trim().split("\n"));
  };
  for (const key of all) await execute("redis-cli", ["-u", redis.url, "set", key, "entry"]);
  t.deepEqual(await list(), sorted(all));
  const [purge, one] = recipes("Redis");
  await shell(purge, env);
  t.deepEqual(await list(), sorted(kept));
  await shell(one, env);
  t.deepEqual(await list(), sorted(kept.filter((key) => !keysOf("v2").includes(key))));
  await execute("redis-cli", ["-u", redis.url, "set", stale[0], "entry"]);
  await t.throwsAsync(shell(purge, env), { message: /no key of "v2" was read/ });
  t.true((await list()).includes(stale[0]));
});

const overKv = workerdRunsHere ? test.serial : test.serial.skip;

overKv("Workers KV", async (t) => {
  installExample();
  const wrangler = join(repository, "examples/workers/node_modules/wrangler/bin/wrangler.js");
  const { root, shell } = project(t, { wrangler });
  const binding = "VINEXT_KV_CACHE";
  writeFileSync(
    join(root, "wrangler.json"),
    JSON.stringify({ name: "w", kv_namespaces: [{ binding, id: "cache" }] }),
  );
  const physical = (keys) => keys.map((key) => `cache:${key}`);
  const everything = [...physical(all), keysOf("v1")[0]];
  writeFileSync(
    join(root, "entries.json"),
    JSON.stringify(everything.map((key) => ({ key, value: "entry" }))),
  );
  const local = (code) => {
    t.true(code.includes("--remote"));
    return shell(code.replaceAll("--remote", "--local"), {
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
    });
  };
  const list = async () => {
    const { stdout } = await local(`npx wrangler kv key list --binding ${binding} --remote`);
    return sorted(JSON.parse(stdout).map(({ name }) => name));
  };
  await local(`npx wrangler kv bulk put --binding ${binding} --remote entries.json`);
  const [purge] = recipes("Workers KV");
  await local(purge);
  t.deepEqual(await list(), sorted([...physical(kept), keysOf("v1")[0]]));
});

test("SQLite", async (t) => {
  const { root, shell } = project(t);
  const prepare = `
    import { DatabaseSync } from "node:sqlite";
    const database = new DatabaseSync("cache.sqlite");`;
  const run = (code) => {
    writeFileSync(join(root, "script.mjs"), code);
    return shell("node script.mjs");
  };
  await run(`${prepare}
    database.exec("CREATE TABLE entries (key TEXT PRIMARY KEY)");
    for (const key of ${JSON.stringify(all)}) database.prepare("INSERT INTO entries VALUES (?)").run(key);`);
  const [purge] = recipes("SQLite");
  await run(purge);
  const { stdout } = await run(`${prepare}
    console.log(JSON.stringify(database.prepare("SELECT key FROM entries").all().map(({ key }) => key)));`);
  t.deepEqual(sorted(JSON.parse(stdout)), sorted(kept));
});

test("A directory", async (t) => {
  const { root, shell } = project(t);
  const fileOf = (key) => createHash("sha1").update(key).digest("hex");
  const folder = join(root, "cache/it's one");
  mkdirSync(folder, { recursive: true });
  for (const key of all) writeFileSync(join(folder, fileOf(key)), `${key}\nentry\n${keysOf("v1")[0]}\n`);
  const [purge] = recipes("A directory");
  await shell(purge);
  t.deepEqual(sorted(readdirSync(folder)), sorted(kept.map(fileOf)));
});

test("From Rust", async (t) => {
  const [, command] = /`cargo run (--example purge.*?) < keys`/.exec(document);
  t.true(existsSync(join(repository, "examples/purge.rs")));
  const { stdout } = await execute(
    "bash",
    ["-euc", `printf '%s\\n' "$@" | cargo run --quiet ${command}`, "", ...all],
    { cwd: repository },
  );
  t.is(stdout, stale.map((key) => `${key}\n`).join(""));
});
