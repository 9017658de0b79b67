// Tests `purge` and `inspect` on Workers KV: the local one with the real Wrangler, the deployed one with a program that answers like
// Wrangler.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import test from "ava";
import { CLI, environment, run } from "./helpers/cli.mjs";
import { fakeTime, fakeTimeIsHere } from "./helpers/fake-time.mjs";
import { BINDING, folderFor, keysOf, localKv } from "./helpers/kv.mjs";
import { workerdRunsHere } from "./helpers/worker-app.mjs";

const overKv = workerdRunsHere ? test.serial : test.serial.skip;

/** What a process prints until it ends. */
async function endOf(child) {
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  const [code] = await once(child, "close");
  return { code, out, err };
}

overKv("the local KV", async (t) => {
  const kept = [...keysOf("v2", 7), "cache:app:v2:b:/:html", "__tag:x"];
  const { cli, list } = localKv(t, [...keysOf("v1", 18), ...kept]);
  const args = ["purge", `kv:${BINDING}`, "--strip-prefix", "cache:"];
  const dry = await cli(...args, "--keep", "v2");
  t.is(dry.code, 0, dry.err);
  t.regex(dry.out, /^local Workers KV VINEXT_KV_CACHE: 27 keys$/m);
  t.regex(dry.out, /18 keys would be deleted/);
  const hinted = await cli("purge", `kv:${BINDING}`, "--keep", "v2", "--yes");
  t.is(hinted.code, 1);
  t.regex(hinted.out, /Hint: `use-cache:` starts at column 7: pass --strip-prefix cache:/);
  const { code, out, err } = await cli(...args, "--keep", "v2", "--yes");
  t.is(code, 0, err);
  t.regex(out, /18 of 18 keys deleted/);
  t.deepEqual(await list(), kept.toSorted());
});

overKv("a binding that the configuration does not have, and a Node that is too old", async (t) => {
  const { cli, cwd } = localKv(t, keysOf("v2", 1));
  const { code, out, err } = await cli("purge", "kv:OTHER", "--keep", "v2");
  t.deepEqual([code, out], [1, ""]);
  t.regex(err, /the Wrangler configuration in .* has no KV binding OTHER/);
  if (Number(process.versions.node.split(".")[0]) >= 22) return;
  const old = await run(["purge", `kv:${BINDING}`, "--keep", "v2"], { cwd });
  t.is(old.code, 1);
  t.regex(old.err, /wrangler [\d.]+, which needs Node 22 or newer; this is Node 20/);
});

test("without Wrangler, the error says what to install", async (t) => {
  const cwd = folderFor(t);
  for (const remote of [[], ["--remote"]]) {
    const { code, err } = await run(["purge", "kv:CACHE", "--keep", "v2", ...remote], {
      cwd,
      env: { PATH: "" },
    });
    t.is(code, 1);
    t.regex(err, /Workers KV needs wrangler.*: npm install --save-dev wrangler\n$/);
  }
});

overKv("the local KV: Wrangler's own lines are not in the output", async (t) => {
  const { cwd, cli } = localKv(t, keysOf("v1", 3));
  writeFileSync(join(cwd, ".dev.vars"), "A=1\n");
  const config = JSON.parse(readFileSync(join(cwd, "wrangler.json"), "utf8"));
  writeFileSync(join(cwd, "wrangler.json"), JSON.stringify({ ...config, unknown: 1 }));
  const { out } = await cli("inspect", `kv:${BINDING}`, "--summary", "--json", "--strip-prefix", "cache:");
  t.is(JSON.parse(out).keys, 3);
});

(process.platform === "win32" ? test.skip : test)(
  "a Wrangler that cannot be started: JSON, and a sentence",
  async (t) => {
    const cwd = folderFor(t);
    writeFileSync(join(cwd, "wrangler"), "", { mode: 0o644 });
    const args = ["inspect", "kv:CACHE", "--remote", "--json"];
    const { code, out, err } = await run(args, { cwd, env: { PATH: cwd } });
    t.is(code, 1);
    const { error } = JSON.parse(out);
    t.is(error.code, "ERR_STORE_CLIENT");
    t.regex(
      error.message,
      /^Workers KV needs wrangler, which cannot be started: .*EACCES.*: npm install --save-dev wrangler$/,
    );
    t.is(err, `vinext-cache-key: ${error.message}\n`);
  },
);

overKv(
  "Ctrl-C stops a purge of the local KV after the batch, and another run deletes the rest",
  async (t) => {
    const { cwd, cli, launch } = localKv(t, [...keysOf("v1", 1100), ...keysOf("v2", 1)]);
    const args = ["purge", `kv:${BINDING}`, "--strip-prefix", "cache:", "--keep", "v2", "--yes"];
    const child = launch(...args, "--pause", "600000");
    const ended = endOf(child);
    const blobs = join(cwd, ".wrangler/state/v3/kv/cache/blobs");
    while (readdirSync(blobs).length > 1100) await setTimeout(5);
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    t.is(code, 130, err);
    t.regex(out, /1,000 of 1,100 keys deleted/);
    t.regex(err, /interrupted: 100 keys not deleted\. Run the command again/);
    t.regex((await cli(...args)).out, /100 of 100 keys deleted/);
  },
);

/** As Wrangler 4 answers: names as JSON after a list, no counts after a deletion, colours around an error. */
const WRANGLER = `#!/usr/bin/env node
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
const args = process.argv.slice(2);
appendFileSync("calls", JSON.stringify(args) + "\\n");
if (process.env.STUCK === args[2]) await new Promise(() => setInterval(() => {}, 1000));
const read = () => JSON.parse(readFileSync("names.json", "utf8"));
if (args[2] === "list") console.log(process.env.LIST ?? JSON.stringify(read().map((name) => ({ name })), null, 2));
else {
  const gone = new Set(JSON.parse(readFileSync(args[3], "utf8")));
  if (process.env.REFUSED && gone.has(process.env.REFUSED)) {
    console.error("\\x1b[31m✘ [ERROR]\\x1b[0m A request to the Cloudflare API failed.\\n\\n  Authentication error [code: 10000]");
    process.exit(1);
  }
  writeFileSync("begun", String(process.pid));
  await new Promise((done) => setTimeout(done, Number(process.env.DELAY ?? 0)));
  appendFileSync("sizes", gone.size + "\\n");
  writeFileSync("names.json", JSON.stringify(read().filter((name) => !gone.has(name))));
}
`;

const withShell = process.platform === "win32" ? test.skip : test;

/** A folder in which \`wrangler\` on PATH is the one above. */
function deployedKv(t, keys) {
  const cwd = folderFor(t);
  const bin = join(cwd, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "package.json"), '{ "type": "module" }');
  writeFileSync(join(bin, "wrangler"), WRANGLER);
  chmodSync(join(bin, "wrangler"), 0o755);
  writeFileSync(join(cwd, "names.json"), JSON.stringify(keys));
  const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  const read = (name) =>
    existsSync(join(cwd, name)) ? readFileSync(join(cwd, name), "utf8").trim().split("\n") : [];
  return {
    cli: (args, env) => run(args, { cwd, env: { PATH, ...env } }),
    /** Begins a purge whose temporary files are in `tmp`, and waits until Wrangler deletes. */
    async begin(args, env) {
      mkdirSync(join(cwd, "tmp"));
      const options = { cwd, env: environment({ PATH, TMPDIR: join(cwd, "tmp"), ...env }), detached: true };
      const child = spawn(process.execPath, [CLI, ...args], options);
      const ended = endOf(child);
      const wrangler = () => Number(read("begun")[0]);
      // The file is empty for a moment.
      while (!wrangler()) await setTimeout(5);
      return { child, ended, wrangler: wrangler(), files: () => readdirSync(join(cwd, "tmp")) };
    },
    names: () => JSON.parse(read("names.json").join("\n")).sort(),
    calls: () => read("calls").map((line) => JSON.parse(line)),
    sizes: () => read("sizes").map(Number),
  };
}

const PURGE = ["purge", `kv:${BINDING}`, "--remote", "--strip-prefix", "cache:", "--keep", "v2"];

withShell("the deployed KV is listed and purged by Wrangler's commands, 1,000 names at a time", async (t) => {
  const kept = [...keysOf("v2", 50), "__tag:x"];
  const kv = deployedKv(t, [...keysOf("v1", 2400), ...kept]);
  const dry = await kv.cli(PURGE);
  t.is(dry.code, 0, dry.err);
  t.regex(dry.out, /^deployed Workers KV VINEXT_KV_CACHE: 2,451 keys$/m);
  t.deepEqual(kv.calls(), [["kv", "key", "list", "--binding", BINDING, "--remote"]]);
  const { code, out } = await kv.cli([...PURGE, "--yes"]);
  t.is(code, 0);
  t.regex(out, /2,400 of 2,400 keys deleted/);
  t.deepEqual(kv.names(), kept.toSorted());
  t.deepEqual(kv.sizes(), [1000, 1000, 400]);
  for (const [kvCommand, bulk, action, file, ...flags] of kv.calls().filter(([, one]) => one === "bulk")) {
    t.deepEqual(
      [kvCommand, bulk, action, ...flags],
      ["kv", "bulk", "delete", "--binding", BINDING, "--remote", "--force"],
    );
    t.false(existsSync(file));
  }
});

withShell("lines that Wrangler prints before the list are skipped", async (t) => {
  const kv = deployedKv(t, keysOf("v2", 3));
  const lines = "\n ⛅️ wrangler 4.0.0 (update available [4.1.0])\n───────────\n▲ [WARNING] Unexpected fields";
  for (const list of ['[{"name":"cache:a"}]', '[\n  {\n    "name": "cache:a"\n  }\n]']) {
    const { code, out, err } = await kv.cli(PURGE, { LIST: `${lines}\n\n${list}` });
    t.is(code, 1);
    t.regex(out, /VINEXT_KV_CACHE: 1 key$/m);
    t.regex(err, /no key of "v2" was read/);
  }
});

withShell("a deletion that Wrangler refuses: its words, and what is left", async (t) => {
  const keys = keysOf("v1", 2400);
  const kv = deployedKv(t, [...keys, ...keysOf("v2", 1)]);
  const { code, out, err } = await kv.cli([...PURGE, "--yes"], { REFUSED: keys[1500] });
  t.is(code, 1);
  t.regex(out, /1,000 of 2,400 keys deleted/);
  t.regex(err, /400 keys not deleted\.\n1,000 keys deleted or not: the store did not confirm it\.\n/);
  t.regex(err, /^1,000 keys: wrangler kv bulk delete failed: ✘ \[ERROR\] A request/m);
  t.regex(err, /Authentication error \[code: 10000\]/);
  t.false(err.includes("u001b"));
  t.is(kv.names().length, 1401);
});

withShell("Ctrl-C in a terminal stops a purge of the deployed KV after the batch", async (t) => {
  const kv = deployedKv(t, [...keysOf("v1", 2400), ...keysOf("v2", 1)]);
  const { child, ended } = await kv.begin([...PURGE, "--yes"], { DELAY: "1000" });
  // A terminal sends it to the whole group.
  process.kill(-child.pid, "SIGINT");
  const { code, out, err } = await ended;
  t.is(code, 130);
  t.regex(out, /1,000 of 2,400 keys deleted/);
  t.regex(err, /interrupted: 1,400 keys not deleted\. Run the command again/);
  t.is(kv.names().length, 1401);
});

for (const [title, signals, expected] of [
  ["a second Ctrl-C", ["SIGINT", "SIGINT"], 130],
  ["SIGTERM", ["SIGTERM"], 143],
  ["SIGHUP", ["SIGHUP"], 129],
]) {
  withShell(`${title} ends Wrangler too, and leaves no temporary file`, async (t) => {
    const kv = deployedKv(t, [...keysOf("v1", 10), ...keysOf("v2", 1)]);
    const { child, ended, wrangler, files } = await kv.begin([...PURGE, "--yes"], { DELAY: "5000" });
    t.is(files().length, 1);
    for (const signal of signals) {
      child.kill(signal);
      await setTimeout(200);
    }
    t.is((await ended).code, expected);
    t.deepEqual(files(), []);
    const isRunning = () => {
      try {
        return process.kill(wrangler, 0);
      } catch {
        return false;
      }
    };
    while (isRunning()) await setTimeout(5);
    t.is(kv.names().length, 11);
  });
}

withShell("a list that is not a list of names is an error", async (t) => {
  const kv = deployedKv(t, []);
  for (const LIST of ["⛅️ wrangler 4", "{}", '[{"key":"a"}]', ""]) {
    const { code, out, err } = await kv.cli([...PURGE, "--yes"], { LIST });
    t.deepEqual([code, out], [1, ""]);
    t.regex(err, /wrangler kv key list did not print a list of names/);
  }
});

for (const [action, minutes, speed] of [
  ["list", 60, 1000],
  ["delete", 10, 60],
]) {
  (fakeTimeIsHere ? test : test.skip)(`a Wrangler that never ends its ${action} is given up`, async (t) => {
    const kv = deployedKv(t, [...keysOf("v1", 10), ...keysOf("v2", 1)]);
    const { code, out, err } = await kv.cli([...PURGE, "--yes"], {
      STUCK: action,
      ...fakeTime(`+0 x${speed}`),
    });
    t.is(code, 1);
    t.regex(err, new RegExp(`wrangler kv (key|bulk) ${action} did not end within ${minutes} minutes`));
    if (action === "delete") t.regex(out, /^0 of 10 keys deleted/m);
    t.is(kv.names().length, 11);
  });
}
