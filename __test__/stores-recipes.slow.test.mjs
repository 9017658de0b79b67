// Runs the commands and recipes of docs/stores/ over stores with keys of four deployments. Those for a deployed Workers KV run over the
// local one.
import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import test from "ava";
import { createClient } from "redis";
import { buildUseCacheKey } from "../index.js";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { CLI } from "./helpers/cli.mjs";
import { folder } from "./helpers/files.mjs";
import { redisIsHere, startRedis } from "./helpers/redis.mjs";
import { installExample, workerdRunsHere } from "./helpers/worker-app.mjs";

const execute = promisify(execFile);
const repository = fileURLToPath(new URL("..", import.meta.url));
const read = (page) => readFileSync(new URL(`../docs/${page}`, import.meta.url), "utf8");

/** The code of a page in docs/stores under a heading, up to the next heading. */
const recipes = (page, heading) => {
  const section = read(`stores/${page}.md`)
    .split(/^#+ /m)
    .find((text) => text.startsWith(`${heading}\n`));
  return [...section.matchAll(/```\w+\n([^]*?)```/g)].map(([, code]) => code);
};

const ids = ["default", "it's", 'a "b" \\c', "é😀"].map((name) =>
  JSON.stringify([`/srv/app/[id] x/page.tsx:${name}`, "ref"]),
);
const keysOf = (seed) => ids.map((id) => buildUseCacheKey(id, seed, '[{"a":"\'$1\'"}]'));
const pages = ["app:v2:b 1/é:/it's:html", 'pages:v2:b:/a"b::i18n=locale%3Aen'];
const pagesOf = (id) => pages.map((key) => `deployment:${id}:${key}`);
const others = ["session:1", "use-cacheless", "tag:x", "0".repeat(64), `unstable_cache:v2:${"0".repeat(64)}`];
const stale = [...["v1", "v 0*"].flatMap(keysOf), ...pagesOf("v1")];
const kept = [...["v2", "v3", undefined].flatMap(keysOf), ...pagesOf("v2"), ...pages, ...others];
const all = [...stale, ...kept];
const sorted = (keys) => [...keys].sort();

/** A folder in which `npx` finds what a project would have installed, and only a modern Node. */
function project(t, commands = {}) {
  const root = folder(t, { "package.json": JSON.stringify({ private: true, type: "module" }) });
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
    shell: (code, env) => execute("bash", ["-c", code], { cwd: root, env: { ...process.env, PATH, ...env } }),
  };
}

const overRedis = redisIsHere ? test.serial : test.serial.skip;
const [redisStart, redisPurge, redisOne] = recipes("redis", "With redis-cli instead");
const [redisCluster] = recipes("cluster", "With redis-cli instead");

/** A Redis with these keys in it, and the recipes to run over it. */
async function redisWith(t, keys, options) {
  const redis = await startRedis(options);
  t.teardown(redis.stop);
  const { shell } = project(t);
  const client = await createClient({ url: redis.url }).connect();
  t.teardown(() => client.close());
  for (const key of keys) await client.set(key, "entry");
  return {
    client,
    url: redis.url,
    run: (code, url = redis.url) => shell(`${redisStart}${code}`, { REDIS_URL: url }),
    list: async () => sorted(await client.keys("*")),
    urlOf: (login) => redis.url.replace("//", `//${login}@`),
    port: redis.port,
  };
}

overRedis("Redis", async (t) => {
  const { list, run } = await redisWith(t, all);
  const { stdout } = await run(redisPurge);
  t.regex(stdout, new RegExp(`errors: 0, replies: ${stale.length}\\b`));
  t.deepEqual(await list(), sorted(kept));
  await run(redisOne.replace("--glob v1", "--glob v2"));
  t.deepEqual(await list(), sorted(kept.filter((key) => !keysOf("v2").includes(key))));
  await t.throwsAsync(run(redisOne.replace("--glob v1", '--glob ""')), { message: /the seed is empty/ });
});

for (const [page, heading, variable, scheme] of [
  ["redis", "Redis", "REDIS_URL", "redis"],
  ["valkey", "Valkey", "VALKEY_URL", "valkey"],
]) {
  overRedis(`${heading}: purge`, async (t) => {
    const { client, list, url } = await redisWith(t, all);
    const { shell } = project(t);
    const [code] = recipes(page, heading);
    const [look, purge] = code.trim().split("\n");
    const env = { [variable]: url.replace("redis:", `${scheme}:`) };
    await shell(look, env);
    t.deepEqual(await list(), sorted(all));
    await shell(purge, env);
    t.deepEqual(await list(), sorted(kept));
    if (page !== "redis") return;
    await client.select(1);
    for (const key of all) await client.set(`shop:${key}`, "entry");
    const [behindPrefix] = recipes("redis", "Databases and prefixes");
    await shell(behindPrefix, env);
    t.deepEqual(await list(), sorted(kept.map((key) => `shop:${key}`)));
  });
}

overRedis("Redis: a key of 200 KB", async (t) => {
  const long = buildUseCacheKey("é".repeat(100_000), "v1", "[]");
  const { list, run } = await redisWith(t, [...all, long]);
  await run(redisPurge);
  t.deepEqual(await list(), sorted(kept));
});

overRedis("Redis: a misspelt deployment to keep", async (t) => {
  const { list, run } = await redisWith(t, all);
  await t.throwsAsync(run(redisPurge.replace("--keep v3", "--keep V3")), {
    code: 1,
    message: /no key of "V3" was read/,
  });
  t.deepEqual(await list(), sorted(all));
});

overRedis("Redis: a user who may not run UNLINK", async (t) => {
  const { client, list, run, urlOf } = await redisWith(t, all);
  await client.sendCommand(["ACL", "SETUSER", "reader", "on", ">pw", "~*", "+@all", "-unlink"]);
  for (const recipe of [redisPurge, redisOne]) {
    await t.throwsAsync(run(recipe, urlOf("reader:pw")), { code: 1, message: /NOPERM/ });
  }
  t.deepEqual(await list(), sorted(all));
});

overRedis("Redis: a password that is missing", async (t) => {
  const { client, list, run } = await redisWith(t, all);
  await client.configSet("requirepass", "pw");
  await t.throwsAsync(run(redisPurge), { code: 1, message: /NOAUTH/ });
  t.deepEqual(await list(), sorted(all));
});

overRedis("Redis: a database and a prefix", async (t) => {
  const behind = (keys) => keys.map((key) => `shop:${key}`);
  const { client, list, run, port } = await redisWith(t, []);
  await client.select(1);
  for (const key of [...behind(all), ...stale]) await client.set(key, "entry");
  const code = redisPurge
    .replace("--scan", '--scan --pattern "shop:*"')
    .replace("stale", 'stale --strip-prefix "shop:"');
  await run(code, `redis://127.0.0.1:${port}/1`);
  t.deepEqual(await list(), sorted([...behind(kept), ...stale]));
});

overRedis("Redis: a cluster", async (t) => {
  const nodes = await Promise.all(
    [0, 1, 2].map(() => redisWith(t, [], ["--cluster-enabled", "yes", "--cluster-config-file", "nodes"])),
  );
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await execute("redis-cli", ["--cluster", "create", ...addresses, "--cluster-yes"]);
  for (const { client } of nodes) {
    while (!(await client.sendCommand(["CLUSTER", "INFO"])).includes("cluster_state:ok"))
      await setTimeout(100);
  }
  const { run, port } = nodes[0];
  const set = (key) => execute("redis-cli", ["-e", "-c", "-p", port, "set", key, "entry"]);
  const list = async () => sorted((await Promise.all(nodes.map(({ list }) => list()))).flat());
  for (const key of all) await set(key);
  t.deepEqual(await list(), sorted(all));

  // The recipe for one server leaves stale keys, or fails because its node has no key of a deployment to keep.
  await run(redisPurge).catch(() => {});
  t.true((await list()).some((key) => stale.includes(key)));

  await t.throwsAsync(run(redisCluster.replace("--keep v3", "--keep V3")), {
    code: 1,
    message: /no key of "V3" was read/,
  });
  await run(redisCluster);
  t.deepEqual(await list(), sorted(kept));

  for (const key of stale) await set(key);
  const [purge] = recipes("cluster", "A cluster of Redis or Valkey");
  await run(purge);
  t.deepEqual(await list(), sorted(kept));
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
    return sorted(JSON.parse(stdout.slice(stdout.indexOf("["))).map(({ name }) => name));
  };
  // As Wrangler does if there is one, and a field of the configuration is unknown.
  const chatty = `#!/bin/sh\necho "There is a newer version of Wrangler"\nexec node "${wrangler}" "$@"\n`;
  writeFileSync(join(root, "node_modules/.bin/wrangler"), chatty);
  await local(`npx wrangler kv bulk put --binding ${binding} --remote entries.json`);
  const [purge] = recipes("kv", "With Wrangler's commands instead");
  await t.throwsAsync(local(purge.replace("--keep v3", "--keep V3")), { message: /no key of "V3" was read/ });
  t.deepEqual(await list(), sorted(everything));
  await local(purge);
  t.deepEqual(await list(), sorted([...physical(kept), keysOf("v1")[0]]));
  await local(purge);

  symlinkSync(join(wrangler, "../.."), join(root, "node_modules/wrangler"), "junction");
  await local(`npx wrangler kv bulk put --binding ${binding} --remote entries.json`);
  const [command] = recipes("kv", "Workers KV");
  t.true(command.includes("--remote"));
  await shell(`set -e\n${command.replaceAll(" --remote", "")}`, { CLOUDFLARE_CF_FETCH_ENABLED: "false" });
  t.deepEqual(await list(), sorted([...physical(kept), keysOf("v1")[0]]));

  const many = Array.from({ length: 1100 }, (_, index) => buildUseCacheKey(`id${index}`, "v1"));
  writeFileSync(
    join(root, "entries.json"),
    JSON.stringify(physical(many).map((key) => ({ key, value: "entry" }))),
  );
  await local(`npx wrangler kv bulk put --binding ${binding} --remote entries.json`);
  t.is((await list()).length, 1000, "Wrangler lists more than before: docs/stores/kv.md says otherwise.");
});

const KEEP = 'const keep = ["v2", "v3"];';

/** A recipe in JavaScript as it stands, and with other deployments to keep. */
const scriptOf = (page, heading) => {
  const [code] = recipes(page, heading);
  return { code, keeping: (keep) => code.replace(KEEP, `const keep = ${JSON.stringify(keep)};`) };
};

test("SQLite", async (t) => {
  const { root, shell } = project(t);
  const prepare = `
    import { DatabaseSync } from "node:sqlite";
    const database = new DatabaseSync("cache.sqlite");`;
  const run = (code) => {
    writeFileSync(join(root, "script.mjs"), code);
    return shell("node script.mjs");
  };
  const list = async () => {
    const { stdout } = await run(`${prepare}
      console.log(JSON.stringify(database.prepare("SELECT key FROM entries").all().map(({ key }) => key)));`);
    return sorted(JSON.parse(stdout));
  };
  await run(`${prepare}
    database.exec("CREATE TABLE entries (key TEXT PRIMARY KEY)");
    for (const key of ${JSON.stringify(all)}) database.prepare("INSERT INTO entries VALUES (?)").run(key);`);
  const { code, keeping } = scriptOf("sqlite", "SQLite");
  await t.throwsAsync(run(keeping([])), { message: /No deployment is to be kept/ });
  await t.throwsAsync(run(keeping(["v2", "V3"])), { message: /No entry of V3/ });
  t.deepEqual(await list(), sorted(all));
  t.is((await run(code)).stdout, `${stale.length} entries deleted\n`);
  t.deepEqual(await list(), sorted(kept));
});

test("A directory", async (t) => {
  const { root, shell } = project(t);
  const fileOf = (key) => createHash("sha1").update(key).digest("hex");
  const folder = join(root, "cache/it's one");
  mkdirSync(folder, { recursive: true });
  const write = (name, content) => writeFileSync(Buffer.from(`${folder}/${name}`, "latin1"), content);
  for (const key of all) write(fileOf(key), `${key}\nentry\n${keysOf("v1")[0]}\n`);
  // Names that a list of lines or of tab-separated fields would confuse with the name of another file.
  const [live] = kept.map(fileOf);
  const hostile =
    process.platform === "win32"
      ? []
      : [`\t${live}`, `${live}\n`, `x\n${live}`].map((name) => ({ name, key: keysOf("v1")[0] }));
  for (const { name, key } of hostile) write(name, `${key}\n`);
  const others = [
    { name: "binary", content: "\0\0use-cache:build:v1:id\n" },
    { name: "empty", content: "" },
    // Names are bytes on Linux, and these are not UTF-8.
    ...(process.platform === "linux" ? [{ name: "\xff", content: `${keysOf("v1")[0]}\n` }] : []),
  ];
  for (const { name, content } of others) write(name, content);
  const before = sorted(readdirSync(folder, "latin1"));

  const run = (code) => {
    writeFileSync(join(root, "script.mjs"), code);
    return shell("node script.mjs");
  };
  const { code, keeping } = scriptOf("directory", "A directory");
  await t.throwsAsync(run(keeping([])), { message: /No deployment is to be kept/ });
  await t.throwsAsync(run(keeping(["v2", "V3"])), { message: /No entry of V3/ });
  t.deepEqual(sorted(readdirSync(folder, "latin1")), before);
  t.is((await run(code)).stdout, `${stale.length + hostile.length} entries deleted\n`);
  t.deepEqual(
    sorted(readdirSync(folder, "latin1")),
    sorted([...kept.map(fileOf), ...others.map(({ name }) => name)]),
  );
});

test("From Rust", async (t) => {
  const [, command] = /`cargo run (--example purge.*?) < keys`/.exec(read("stores.md"));
  t.true(existsSync(join(repository, "examples/purge.rs")));
  const filter = (code, redirection = "") =>
    execute(
      "bash",
      [
        "-euo",
        "pipefail",
        "-c",
        `printf '%s\\n' "$@" | cargo run --quiet ${code} ${redirection}`,
        "",
        ...all,
      ],
      { cwd: repository },
    );
  const { stdout } = await filter(command);
  t.is(stdout, stale.map((key) => `${key}\n`).join(""));
  const misspelt = command.replace("-- v2", "-- V2");
  t.not(misspelt, command);
  const error = await t.throwsAsync(filter(misspelt), {
    code: 1,
    message: /a deployment to keep has no key/,
  });
  t.is(error.stdout, "");
  if (process.platform === "linux")
    await t.throwsAsync(filter(command, "> /dev/full"), { code: 1, message: /StorageFull|No space left/ });
});
