// `inspect`, `prefix`, and what all commands have in common.
import { readFileSync } from "node:fs";
import test from "ava";
import { buildUseCacheKey, parseUseCacheKey } from "../index.js";
import { renderTable } from "../js/cli/table.mjs";
import { run } from "./helpers/cli.mjs";

const DIGEST = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA";
const id = JSON.stringify(["/srv/app/[lang]/page.tsx:default", "ref"]);
const key = `${buildUseCacheKey(id, "v1", DIGEST)}:root-params:${JSON.stringify([
  ["lang", "en"],
  ["rest", ["a", "b"]],
  ["none", null],
])}`;
const bare = buildUseCacheKey("id", undefined, undefined);
const TABLE = `deployment  module                    export   arguments                                    root params
v1          /srv/app/[lang]/page.tsx  default  ${DIGEST}  lang=en rest=a/b none=(none)
(none)      id
session:1  (no "use cache" key)
`;

test("inspect shows keys from arguments and from stdin, and drops none", async (t) => {
  t.like(await run(["inspect", key, bare, "session:1"]), { code: 0, out: TABLE, err: "" });
  t.is((await run(["inspect"], { input: `${key}\n${bare}\nsession:1\n` })).out, TABLE);
  t.is((await run(["inspect", "-0"], { input: `${key}\0${bare}\0session:1` })).out, TABLE);
});

test("inspect looks behind a store's prefix", async (t) => {
  const { out } = await run(["inspect", "--strip-prefix", "cache:", `cache:${bare}`, bare]);
  t.deepEqual(out.split("\n").slice(1), ["(none)      id", `${bare}  (no "use cache" key)`, ""]);
});

test("inspect --json prints a line per key", async (t) => {
  const { out } = await run(["inspect", "--json"], { input: `${key}\nsession:1\n` });
  t.deepEqual(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
    [
      { key, parts: parseUseCacheKey(key) },
      { key: "session:1", parts: null },
    ],
  );
});

test("inspect reads lists of any length, with one head", async (t) => {
  const keys = Array.from({ length: 2500 }, (_, index) => buildUseCacheKey("id", `v${index}`));
  const lines = (await run(["inspect"], { input: keys.join("\n") })).out.trim().split("\n");
  t.is(lines.length, 2501);
  t.regex(lines[0], /^deployment/);
  t.deepEqual(
    lines.slice(1).map((line) => line.split(/ +/)[0]),
    keys.map((one) => parseUseCacheKey(one).keySeed),
  );
});

test("a key cannot steer the terminal", async (t) => {
  const { out } = await run(["inspect", "-0"], {
    input: `\x1b[31mkey\n\0${buildUseCacheKey("\x07", "\x9b")}`,
  });
  t.notRegex(out.replaceAll("\n", ""), /\p{Cc}/u);
  t.regex(out, /\\u001b\[31mkey\\u000a/);
  t.regex(out, /\\u009b +\\u0007/);
});

test("a table fits its terminal and keeps what tells rows apart", (t) => {
  const head = [{ title: "a" }, { title: "b", cutAt: "start" }, { title: "c", telling: 10 }];
  const rows = [["x".repeat(20), `${"y".repeat(50)}end`, "z".repeat(43)], "w".repeat(200)];
  for (const columns of [30, 60, 100]) {
    const lines = renderTable(head, rows, { columns });
    for (const line of lines) t.true(line.length <= columns, line);
    t.regex(lines[1], /end +z/);
  }
  t.is(renderTable(head, rows, { columns: 100 })[1].split(/ +/)[2].length, 23);
  t.is(renderTable(head, rows, { columns: 60 })[1].split(/ +/)[2], `${"z".repeat(9)}…`);
});

test("prefix prints what keys start with, and a pattern for them", async (t) => {
  t.is((await run(["prefix", "v1", "v 1"])).out, "use-cache:build:v1:\nuse-cache:build:v%201:\n");
  t.is((await run(["prefix", "--glob", "v1*[a-z]?"])).out, "use-cache:build:v1[*]%5Ba-z%5D%3F:*\n");
  t.deepEqual(JSON.parse((await run(["prefix", "--json", "v*"])).out), [
    { seed: "v*", prefix: "use-cache:build:v*:", glob: "use-cache:build:v[*]:*" },
  ]);
});

test("prefix refuses the seed that means every key", async (t) => {
  for (const args of [[], [""], ["v1", ""]]) t.is((await run(["prefix", ...args])).code, 2);
});

test("help and version", async (t) => {
  const general = await run(["--help"]);
  t.like(general, { code: 0, err: "" });
  t.is((await run([])).out, general.out);
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  t.is((await run(["--version"])).out, `${version}\n`);
  for (const command of ["explain", "inspect", "stale", "prefix"]) {
    t.regex(general.out, new RegExp(`^  ${command} `, "m"));
    const { code, out } = await run([command, "--help"]);
    t.is(code, 0);
    const { options } = await import(`../js/cli/${command}.mjs`);
    for (const name of [...Object.keys(options), "json"]) t.regex(out, new RegExp(`--${name}\\b`));
    for (const line of out.split("\n")) t.true(line.length <= 120, line);
  }
});

test("a command that is none", async (t) => {
  const { code, out, err } = await run(["purge"]);
  t.deepEqual([code, out], [2, ""]);
  t.regex(err, /^vinext-cache-key: there is no command "purge"/);
});
