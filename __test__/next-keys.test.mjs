// Keys that servers of Next.js made, in next-keys.json, which `npm run next-keys -- <release>` records.
import test from "ava";
import { run } from "./helpers/cli.mjs";
import { engines, judge, keyOf, mutated, ownerOf, quoted, recorded } from "./helpers/next-keys.mjs";
import { parseNextKey } from "../js/cli/next-key.mjs";
import { isBefore } from "./next-keys/versions.mjs";

for (const release of new Set(recorded.map(({ release }) => release))) {
  const runs = recorded.filter((key) => key.release === release);

  test(`Next.js ${release}: each key says who made it`, (t) => {
    for (const { name, call, key, deployment, family } of runs) {
      const parts = parseNextKey(key);
      t.like(parts, { family, deployment }, `${name}, ${call}: ${JSON.stringify(key)}`);
      t.regex(parts.functionId, /^[0-9a-f]{42}$/);
      t.true(key.includes(`"${parts.functionId}",${parts.args}`));
    }
  });

  test(`Next.js ${release}: every form is recorded`, (t) => {
    const all = runs.filter(({ name }) => name === "deployment ID");
    t.true(new Set(all.map(({ call }) => call)).size >= 32);
    const rooted = all.map(({ key }) => parseNextKey(key).rootParams).filter(Boolean);
    t.deepEqual(rooted, isBefore(release, "16.2.0") ? [] : [[["lang", "en"]], [["lang", "f%20r"]]]);
  });
}

for (const [engine, open] of engines) {
  test(`${engine}: a recorded key is stale if its deployment is gone, and only with --next`, (t) => {
    for (const { release, name, call, key, deployment } of recorded) {
      const [kept, gone] = [deployment ?? "dpl_v3", "another"];
      const title = `Next.js ${release}, ${name}, ${call}`;
      t.deepEqual(judge(open, [gone], key), deployment ? { stale: 1 } : { next: 1 }, title);
      t.deepEqual(judge(open, [kept], key), deployment ? { kept: 1 } : { next: 1 }, title);
      t.deepEqual(judge(open, [gone], key, { next: false }), { next: 1 }, title);
    }
  });

  test(`${engine}: the deployment is found for any arguments`, (t) => {
    for (const kept of ["v1", "v 1/é", 'a"\\', "$v1"]) {
      const json = JSON.stringify(kept.replace(/^\$/, "$$$$"));
      for (const args of [[], ["v0"], ['"],["v0"]]'], [["v0"]], { a: ["v0"] }]) {
        for (const order of ["old", "new"]) {
          const key = keyOf(json, JSON.stringify([args]), order);
          t.deepEqual(judge(open, [kept], key), { kept: 1 }, key);
          t.deepEqual(judge(open, ["v0"], key), { stale: 1 }, key);
        }
      }
    }
  });

  test(`${engine}: a possible key of another release is never stale, also with --include-foreign`, (t) => {
    const [key] = recorded.filter(({ deployment }) => deployment).map(({ key }) => key);
    const form = recorded.find(({ call, deployment }) => call === "map" && deployment).key;
    const options = { foreign: true, stripPrefix: ["p:"] };
    for (const damaged of [
      key.slice(0, -1),
      `${key}x`,
      key.replace(",", ", "),
      form.slice(0, -1),
      `${form}x`,
    ]) {
      t.deepEqual(judge(open, ["another"], `p:${damaged}`, options), { unclear: 1 }, damaged);
    }
    t.deepEqual(judge(open, ["another"], "p:[session]", options), { foreign: 1, stale: 1 });
    t.deepEqual(judge(open, ["another"], `p:${key}`, { ...options, next: false }), { next: 1 });
  });

  test(`${engine}: bytes that are not UTF-8 are left alone`, (t) => {
    const { key } = recorded.find(({ call, deployment }) => call === "text" && deployment);
    const bytes = Buffer.from(key.replace("é", "\xff"), "latin1");
    t.deepEqual(judge(open, ["another"], bytes), { unclear: 1 });
  });
}

test("100,000 mutated keys: none of a kept deployment is stale, and both engines agree", (t) => {
  const owned = recorded.filter(({ deployment }) => deployment);
  const keep = [...new Set(owned.map(({ deployment }) => deployment))];
  const [native, portable] = engines.map(([, open]) => open(keep, { next: true }));
  const withoutNext = engines.map(([, open]) => open(keep, {}));
  let forged = 0;
  for (const key of mutated(owned, 100_000)) {
    const bytes = Buffer.from(key);
    if (withoutNext.some((filter) => filter.isStale(bytes))) t.fail(JSON.stringify(key));
    const stale = native.isStale(bytes);
    if (portable.isStale(bytes) !== stale) t.fail(JSON.stringify(key));
    if (!stale) continue;
    // The edits put a key of another deployment around the name of a kept one.
    forged += 1;
    if (keep.includes(ownerOf(key))) t.fail(JSON.stringify(key));
  }
  const { deployments, unclear, foreign, next } = native.seen();
  t.deepEqual(counted(portable), counted(native));
  // The mutants are a useful mix: some are still keys, and some are not.
  const understood = deployments.reduce((sum, { kept, keys }) => sum + (kept ? keys : 0), 0);
  t.log(`${understood} are keys still, ${forged} of them of another deployment, ${unclear} are not`);
  t.true(understood > 5_000 && unclear > 50_000 && forged < 100);
  t.is(understood + forged + unclear + foreign + next, 100_000);
});

function counted(filter) {
  const { deployments, ...others } = filter.seen();
  return { ...others, deployments: deployments.toSorted((a, b) => (a.seed < b.seed ? -1 : 1)) };
}

test("both engines agree on mutated keys of every kind", (t) => {
  const [native, portable] = engines.map(([, open]) => open(["another"], { next: true }));
  for (const key of mutated(recorded, 20_000)) {
    const bytes = Buffer.from(key);
    if (portable.isStale(bytes) !== native.isStale(bytes)) t.fail(JSON.stringify(key));
  }
  t.deepEqual(counted(portable), counted(native));
});

test("a key with false lengths or deep nesting takes no more time than other text", (t) => {
  const { key } = recorded.find(({ call, deployment }) => call === "map" && deployment);
  const size = 2 << 20;
  const hostile = [
    key.replace(/^1:1/, "1:1".padEnd(17, "0")),
    `${"f".repeat(8)}:${"a".repeat(size)}["`,
    "1:11:1".repeat(size / 6),
    "0:0:".repeat(size / 4),
    `1:11:1["${"1:11:1".repeat(size / 6)}`,
    `["${"[".repeat(size)}`,
    keyOf('"v1"', "[".repeat(size), "new"),
    keyOf('"v1"', `["${"\\\\".repeat(size / 2)}`, "new"),
    keyOf('"v1"', `[${'{"":'.repeat(size / 4)}`, "old"),
    keyOf('"v1"', `["${"😀".repeat(size / 4)}"]`, "old"),
    `["${"\\u0000".repeat(size / 6)}"]`,
    `${size.toString(16)}:${"é".repeat(size)}`,
  ].map((text) => Buffer.from(text));
  for (const [engine, open] of engines) {
    const filter = open(["another"], { next: true });
    for (const bytes of hostile) {
      // Time on the processor: others may use the machine.
      const start = process.cpuUsage();
      filter.isStale(bytes);
      const { user, system } = process.cpuUsage(start);
      const seconds = (user + system) / 1e6;
      t.true(seconds < 5, `${engine}: ${bytes.subarray(0, 60)}: ${seconds} s`);
    }
  }
});

const kept = keyOf('"v2"', "[]", "new");
const gone = recorded.filter(({ deployment }) => deployment).map(({ key }) => key);
const withoutNul = gone.filter((key) => !key.includes("\0"));

for (const kind of ["native", "portable"]) {
  const stale = (args, input) =>
    run(["stale", "--keep", "v2", ...args], { input, env: { VINEXT_CACHE_KEY: kind } });

  test(`${kind}: stale --next -0 writes keys with newlines`, async (t) => {
    const { code, out, err } = await stale(["--next", "-0"], [...withoutNul, kept].join("\0"));
    t.deepEqual([code, out], [0, withoutNul.map((key) => `${key}\0`).join("")], err);
  });

  test(`${kind}: stale --next --quoted writes the lines of redis-cli as they are`, async (t) => {
    const lines = gone.map((key) => `${quoted(key)}\n`).join("");
    const { code, out, err } = await stale(["--next", "--quoted"], lines + quoted(kept));
    t.deepEqual([code, out], [0, lines], err);
  });

  test(`${kind}: without --next nothing is written`, async (t) => {
    const use = "use-cache:build:v2:id\n";
    const { code, out, err } = await stale(["--quoted"], `"${use.trim()}"\n${gone.map(quoted).join("\n")}`);
    t.deepEqual([code, out], [0, ""]);
    t.regex(err, new RegExp(`\\b${gone.length} +\\(Next.js, see --next\\) +left alone\n0 of `));
  });

  test(`${kind}: a line that is not quoted is an error`, async (t) => {
    for (const line of ["use-cache:build:v1:a", '"a', '"a"b"', '"\\q"', ""]) {
      const { code, out, err } = await stale(["--quoted"], `"use-cache:build:v2:a"\n${line}\n"a"\n`);
      t.deepEqual([code, out], [1, ""], line);
      t.regex(err, /a line is not a quoted key: was it printed by redis-cli --no-raw\?/);
    }
  });
}

test("inspect shows whose keys these are", async (t) => {
  const key = (deployment, args, rest = "") => `${keyOf(`"${deployment}"`, args, "new")}${rest}`;
  const [durable] = recorded.filter(({ name, call }) => name === "durable" && call === "map");
  const { key: form } = recorded.find(({ call, deployment }) => call === "map" && deployment === "dpl_v3");
  const keys = [
    key("v1", '["a"]', '[["lang","en"],["all",["b","c"]],["none",null]]'),
    key("development", "[]"),
    durable.key,
    form,
    key("v1", "[1] "),
  ];
  const id = parseNextKey(keys[0]).functionId;
  const { out } = await run(["inspect", "--quoted"], { input: keys.map(quoted).join("\n") });
  const lines = out.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  "));
  t.deepEqual(lines.slice(1), [
    `v1  next  ${id}  ["a"]  lang=en all=b/c none=(none)`,
    `(none)  next-development  ${id}  []`,
    `(none)  next-durable  ${parseNextKey(durable.key).functionId}  ["$Q1"]`,
    `dpl_v3  next  ${parseNextKey(form).functionId}  ["$Q1"]`,
    `${keys[4]}  (not a key of vinext)`,
    "",
  ]);
  const json = await run(["inspect", "--quoted", "--json"], { input: quoted(form) });
  t.deepEqual(JSON.parse(json.out), { key: form, parts: parseNextKey(form) });
  const summary = await run(["inspect", "--json", "--summary", ...keys]);
  const groups = JSON.parse(summary.out).groups.map(({ deployment, family }) => `${family}: ${deployment}`);
  t.deepEqual(groups.sort(), [
    "next-development: null",
    "next-durable: null",
    "next: dpl_v3",
    "next: v1",
    "other: null",
  ]);
});

test("inspect --quoted rejects a line that is not quoted", async (t) => {
  const { code, err } = await run(["inspect", "--quoted"], { input: '"a"\nb\n' });
  t.is(code, 1);
  t.regex(err, /a line is not a quoted key/);
  t.is((await run(["inspect", "--quoted", "-0"])).code, 2);
});

test("quoted keys are not separated by NUL", async (t) => {
  const { code, err } = await run(["stale", "--keep", "v2", "--quoted", "-0"]);
  t.is(code, 2);
  t.regex(err, /--null and --quoted cannot be used together/);
});
