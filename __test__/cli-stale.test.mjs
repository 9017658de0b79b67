import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import test from "ava";
import fc from "fast-check";
import { buildUseCacheKey, implementation, parseUseCacheKey } from "../index.js";
import { openFilter } from "../js/cli/filter.mjs";
import { Progress } from "../js/cli/progress.mjs";
import { launch, run } from "./helpers/cli.mjs";
import { folder } from "./helpers/files.mjs";

const list = (...keys) => keys.map((key) => `${key}\n`).join("");
const [v1, v2, v3] = ["v1", "v2", "v3"].map((seed) => buildUseCacheKey('["/a.ts:get","r"]', seed, "[]"));
const unscoped = buildUseCacheKey('["/a.ts:get","r"]', undefined, "[]");
const LIST = list(v1, "session:1", v2, unscoped, v3, v1);

/** What to keep, for a filter. */
const keeping = (...deployments) => ({ deployments, builds: [], certainBuilds: [] });

const kinds = ["native", "portable"];
const binaries = { native: implementation.binary, portable: "" };

for (const kind of kinds) {
  const stale = (args, input) => run(["stale", ...args], { input, env: { VINEXT_CACHE_KEY: kind } });

  test(`${kind}: writes the keys of other deployments, and counts all`, async (t) => {
    const { code, out, err } = await stale(["--keep", "v2"], LIST);
    t.deepEqual([code, out], [0, list(v1, v3, v1)]);
    t.is(
      err,
      `1  v2                     kept
2  v1                     stale
1  v3                     stale
1  (of no deployment)     left alone
1  (not a key of vinext)  left alone
3 of 6 keys written
`,
    );
  });

  test(`${kind}: keeps several deployments`, async (t) => {
    const { out } = await stale(["--keep", "v2", "--keep=v3"], LIST);
    t.is(out, list(v1, v1));
  });

  test(`${kind}: writes other keys if asked to`, async (t) => {
    t.is((await stale(["--keep", "v2", "--include-unscoped"], LIST)).out, list(v1, unscoped, v3, v1));
  });

  test(`${kind}: writes foreign keys behind the prefix, records of tags never`, async (t) => {
    const tags = ["tag:a", "__tag:/a", "shop:_N_T_/a", "__sharedTags__"];
    const others = ["app:v3:b:/a", "app:v2:b:/a:html", "staging", "session:1", ...tags];
    const input = list(...[v1, v2, ...others].map((key) => `s:${key}`), "session:2");
    const args = ["--keep", "v2", "--strip-prefix", "s:", "--include-foreign"];
    const { code, out, err } = await stale(args, input);
    t.deepEqual([code, out], [0, list(`s:${v1}`, "s:staging", "s:session:1")], err);
    t.regex(err, /1 +b \(pages of a build\) +left alone\n1 +\(not certain whose\) +left alone\n/);
    t.regex(err, /4 +\(record of a tag\) +left alone\n2 +\(not a key of vinext\) +stale\n/);
    t.regex(err, /1 +\(without the prefix\) +left alone\n3 of 11 keys written\nWarning: 2 of the stale keys/);
  });

  test(`${kind}: keys that may have a longer prefix, and records of tags, are not foreign keys`, async (t) => {
    const marks = ["app:v2:b:/", "app-fallback-shell:v1:b:/", "pages:v2:b:/", "unstable_cache:v2:a"];
    const next = '["c08e143957a96ba51f513ef95030c3af367c5c7460",[],["v2"]]';
    const unclear = [v2, ...marks, "deployment:v2:sha256:a", next].map((key) => `s:cache:${key}`);
    const input = list(`s:${v2}`, ...unclear, "s:b-7:1", "s:__tag:posts", "s/tags/posts");
    const prefixes = ["s:", "s:*:", "s/*/"].flatMap((text) => ["--strip-prefix", text]);
    const { out, err } = await stale(["--keep", "v2", "--include-foreign", ...prefixes.slice(0, 2)], input);
    t.is(out, list("s:b-7:1"));
    t.regex(err, /7 +\(not certain whose\) +left alone\n/);
    const starred = await stale(["--keep", "v2", "--include-foreign", ...prefixes.slice(2)], input);
    t.is(starred.out, list("s:b-7:1"));
    t.regex(starred.err, /2 +\(record of a tag\) +left alone\n/);
  });

  test(`${kind}: deployments and builds with as many keys are in the order of their names`, async (t) => {
    const names = ["v2", ...Array.from({ length: 9 }, (_, index) => `v1${index}`)];
    const keys = names.flatMap((name) => [buildUseCacheKey("id", name), `pages:v2:${name}:/`]);
    const { err } = await stale(["--keep", "v2", "--json"], list(...keys.reverse()));
    const { deployments, builds } = JSON.parse(err);
    t.deepEqual([deployments.map(({ seed }) => seed), builds.map(({ buildId }) => buildId)], [names, names]);
  });

  test(`${kind}: refuses foreign keys without a prefix`, async (t) => {
    const prefixes = [[], [""], ["*:"], ["s:", ""], ["s:", "*/"]];
    for (const prefix of prefixes.map((texts) => texts.map((text) => `--strip-prefix=${text}`))) {
      const { code, out, err } = await stale(["--keep", "v2", "--include-foreign", ...prefix], LIST);
      t.deepEqual([code, out], [2, ""]);
      t.regex(err, /--include-foreign needs --strip-prefix/);
    }
  });

  test(`${kind}: looks behind a store's prefix, between NULs`, async (t) => {
    const keys = ["cache:", "é:"].flatMap((prefix) => [v1, v2].map((key) => prefix + key));
    const { out } = await stale(["--keep", "v2", "-0", "--strip-prefix", "é:"], `${keys.join("\0")}\0`);
    t.is(out, `é:${v1}\0`);
  });

  test(`${kind}: looks behind several prefixes, and behind one per build`, async (t) => {
    const keys = ["cache:", "é:", "shop:b-7:", "shop:b:7:", "shop::"].flatMap((prefix) =>
      [v1, v2].map((key) => prefix + key),
    );
    const prefixes = ["cache:", "é:", "shop:*:"].flatMap((prefix) => ["--strip-prefix", prefix]);
    const { out } = await stale(["--keep", "v2", ...prefixes], list(...keys));
    t.is(out, list(...["cache:", "é:", "shop:b-7:"].map((prefix) => prefix + v1)));
    for (const prefix of ["*", "a*", "*a*"]) {
      const { code, err } = await stale(["--keep", "v2", "--strip-prefix", prefix], LIST);
      t.deepEqual(
        [code, err],
        [
          1,
          `vinext-cache-key: the prefix "${prefix}" is not valid: only one * is allowed, and text must follow it\n`,
        ],
      );
    }
  });

  test(`${kind}: names at most ten deployments and builds without a key`, async (t) => {
    const seeds = Array.from({ length: 10 }, (_, index) => `d${index}`);
    const unseen = async (names) => {
      const keep = ["v2", ...names].flatMap((seed) => ["--keep", seed]);
      const { code, out, err } = await stale([...keep, "--keep-build", "b 1"], LIST);
      t.deepEqual([code, out], [1, ""]);
      return /(no key of .*) was read\. If its name is right and it has no keys yet, pass --allow-unseen\./.exec(
        err,
      )?.[1];
    };
    const listed = (names) => `no key of ${names.map((name) => JSON.stringify(name)).join(" or ")}`;
    t.is(await unseen(seeds), `${listed(seeds)} or 1 more`);
    const nine = seeds.slice(1);
    t.is(await unseen(nine), `${listed(nine)} or the build "b 1"`);
  });

  test(`${kind}: judges single keys of any bytes, and keeps deployments that appear after freezing`, (t) => {
    const none = { nul: false, stripPrefix: [], unscoped: false, foreign: false };
    const filter = openFilter(keeping("v2"), none, binaries[kind]);
    const isStale = (seed) => filter.isStale(Buffer.from(`use-cache:build:${seed}:\n\0\xff`, "latin1"));
    t.deepEqual([isStale("v1"), filter.unseen()], [true, 1]);
    filter.freeze();
    t.deepEqual(["v1", "v3", "v3"].map(isStale), [true, false, false]);
    t.is(filter.unseen(), 1);
    t.deepEqual(["v2", "v2"].map(isStale), [false, false]);
    t.is(filter.unseen(), 0);
  });

  test(`${kind}: the summary as JSON`, async (t) => {
    const { err } = await stale(["--keep", "v2", "--json"], LIST);
    t.deepEqual(JSON.parse(err), {
      deployments: [
        { seed: "v2", kept: true, stale: false, awaited: false, keys: 1 },
        { seed: "v1", kept: false, stale: true, awaited: false, keys: 2 },
        { seed: "v3", kept: false, stale: true, awaited: false, keys: 1 },
      ],
      builds: [],
      unscoped: 1,
      unclear: 0,
      shared: 0,
      next: 0,
      tags: 0,
      foreign: 1,
      outside: 0,
      keys: 6,
      written: 3,
    });
  });

  for (const [title, args, input, message] of [
    ["NUL among lines", [], `${v2}\n${v1}\0${v2}\0`, /a line contains NUL/],
    ["lines without NUL", ["-0"], LIST, /no NUL behind them/],
    ["a key too long", [], `${v2}\n${"a".repeat(17 << 20)}`, /longer than 16 MiB/],
  ]) {
    test(`${kind}: refuses ${title}`, async (t) => {
      const { code, out, err } = await stale(["--keep", "v2", ...args], input);
      t.deepEqual([code, out], [1, ""]);
      t.regex(err, message);
    });
  }

  test(`${kind}: agrees with the parser, wherever chunks end`, (t) => {
    const text = fc.string({
      unit: fc.constantFrom(...'ab:%["é\u0001\ud800', "use-cache:", "build:", "v1:", "v%201:"),
    });
    const key = fc.oneof(
      text,
      fc
        .tuple(text, fc.constantFrom("v1", "v 1", "v*", undefined), text)
        .map(([id, seed, args]) => buildUseCacheKey(id, seed, args)),
    );
    const property = fc.property(fc.array(key), fc.array(fc.nat(300)), (keys, sizes) => {
      const bytes = Buffer.from(list(...keys));
      const filter = openFilter(
        keeping("v 1"),
        { nul: false, stripPrefix: [], unscoped: false, foreign: false },
        binaries[kind],
      );
      const passed = [];
      let start = 0;
      for (const size of [...sizes, bytes.length]) {
        passed.push(Buffer.from(filter.push(bytes.subarray(start, start + size))));
        start += size;
      }
      passed.push(filter.finish());
      const seeds = keys.map((one) => parseUseCacheKey(one)?.keySeed);
      const expected = keys.filter((_, index) => seeds[index] !== undefined && seeds[index] !== "v 1");
      t.deepEqual(Buffer.concat(passed), Buffer.from(list(...expected)));
      const { deployments } = filter.seen();
      for (const { seed, keys: count } of deployments) {
        t.is(count, seeds.filter((one) => one === seed).length);
      }
    });
    fc.assert(property, { numRuns: 2000 });
  });
}

test("a misspelt seed deletes nothing", async (t) => {
  const { code, out, err } = await run(["stale", "--keep", "v2", "--keep", "V3"], { input: LIST });
  t.deepEqual([code, out], [1, ""]);
  t.regex(err, /0 of 6 keys written\n.*no key of "V3" was read/);
  t.regex(err, /0 +V3 +kept, not seen\n/);
});

test("with a seed to keep that has no keys, nothing is stale unless that is allowed", async (t) => {
  const allowed = await run(["stale", "--keep", "v4", "--allow-unseen"], { input: list(v1) });
  t.deepEqual([allowed.code, allowed.out], [0, list(v1)]);
  t.deepEqual((await run(["stale", "--keep", "v4"])).code, 0);
});

test("output waits until every deployment to keep was seen", async (t) => {
  const child = launch(["stale", "--keep", "v2"]);
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => (out += chunk));
  child.stdin.write(list(v1));
  await setTimeout(500);
  t.is(out, "");
  child.stdin.write(list(v2));
  while (out === "") await once(child.stdout, "data");
  t.is(out, list(v1));
  child.stdin.end();
  t.deepEqual(await once(child, "close"), [0, null]);
});

test("a long output waits in a temporary file, which is removed", async (t) => {
  const TMPDIR = mkdtempSync(join(tmpdir(), "held-"));
  t.teardown(() => rmSync(TMPDIR, { recursive: true }));
  const many = list(v1, v3).repeat(100_000);
  const env = { TMPDIR, TEMP: TMPDIR };
  const { code, out } = await run(["stale", "--keep", "v2"], { input: many + list(v2, v1), env });
  t.is(code, 0);
  t.true(out === many + list(v1));
  t.deepEqual(readdirSync(TMPDIR), []);
  const refused = await run(["stale", "--keep", "v4"], { input: many, env });
  t.deepEqual([refused.code, refused.out, readdirSync(TMPDIR)], [1, "", []]);
});

for (const [title, args, message] of [
  ["nothing to keep", [], /needs a deployment or build to keep/],
  ["an empty seed", ["--keep", "v1", "--keep="], /no deployment or build has the name ""/],
  ["a seed that is forgotten", ["--keep"], /argument missing/],
  ["an unknown option", ["--keep", "v1", "--force"], /Unknown option '--force'/],
  ["keys as arguments", ["--keep", "v1", v1], /on stdin, not as arguments/],
]) {
  test(`wrong usage: ${title}`, async (t) => {
    const { code, out, err } = await run(["stale", ...args], { input: LIST });
    t.deepEqual([code, out], [2, ""]);
    t.regex(err, message);
    t.is(err.trim().split("\n").length, 1);
  });
}

const ofPlugin = (id, rest = "") =>
  `var s=f({__VINEXT_DEPLOYMENT_ID:\`${id}\`,NEXT_DEPLOYMENT_ID:!1,__VINEXT_BUILD_ID:\`v3\`})${rest};`;
const ofVinext = (id) =>
  `function a(){try{return "${id}" || false;}catch(e){if(e instanceof ReferenceError)return;throw e}}
   function b(){try{return 'v3'}catch(e){if(e instanceof ReferenceError)return;throw e}}var k="use-cache:"`;

for (const [title, code, out] of [
  ["the deployment ID that the plugin has built in", ofPlugin("v2"), [v1, v3, v1]],
  ["the build ID where the plugin has no other", ofPlugin(""), [v1, v2, v1]],
  ["the deployment ID that vinext has built in", ofVinext("v2"), [v1, v3, v1]],
  ["the build ID where vinext has no other", ofVinext(""), [v1, v2, v1]],
]) {
  test(`--keep-current keeps ${title}`, async (t) => {
    const project = folder(t, { "dist/server/BUILD_ID": "v3", "dist/server/chunks/x.js": code });
    const result = await run(["stale", "--keep-current", project], { input: LIST });
    t.deepEqual([result.code, result.out], [0, list(...out)], result.err);
  });
}

for (const [title, files, message] of [
  ["no build", { "package.json": "{}" }, /no finished build/],
  ["a build without cached functions", { "dist/server/BUILD_ID": "v3" }, /no cached function/],
  [
    "a build of another kind",
    { "dist/server/BUILD_ID": "v3", "dist/server/x.js": "var k='use-cache:'" },
    /not what vinext 1\.4\.0 produces/,
  ],
]) {
  test(`--keep-current refuses ${title}`, async (t) => {
    const { code, out, err } = await run(["stale", "--keep-current", folder(t, files)], { input: LIST });
    t.deepEqual([code, out], [1, ""]);
    t.regex(err, message);
  });
}

test("progress is shown from time to time, and erased at the end", async (t) => {
  const written = [];
  const progress = new Progress({ write: (text) => written.push(text) });
  progress.show(() => "3 MB read");
  t.deepEqual(written, []);
  await setTimeout(250);
  progress.show(() => "7 MB read");
  progress.show(() => "8 MB read");
  progress.end();
  t.deepEqual(written, ["\r\x1b[K7 MB read", "\r\x1b[K"]);
});

test("of many deployments the largest are named", async (t) => {
  const keys = Array.from({ length: 25 }, (_, index) => buildUseCacheKey("id", `v${index}`));
  const { err } = await run(["stale", "--keep", "v7"], { input: list(...keys, keys[24]) });
  const lines = err.trim().split("\n");
  t.is(lines.length, 22);
  t.regex(lines[0], /^1 +v7 +kept$/);
  t.regex(lines[1], /^2 +v24 +stale$/);
  t.is(lines[20], "… and 5 more");
});

test("a seed cannot control the terminal", async (t) => {
  const { err } = await run(["stale", "--keep", "v2"], {
    input: list(buildUseCacheKey("id", "\x1b[31mx\u202e"), v2),
  });
  t.regex(err, /\\u001b\[31mx\\u202e/);
});
