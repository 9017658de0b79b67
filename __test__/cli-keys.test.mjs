// `inspect`, `prefix`, and what all commands have in common.
import { readFileSync } from "node:fs";
import test from "ava";
import { unquote } from "../js/cli/quoted.mjs";
import fc from "fast-check";
import { buildUseCacheKey, parseCacheKey, parseUseCacheKey } from "../index.js";
import { PartsReader } from "../js/cli/parts.mjs";
import { decodeKey, splitKeys } from "../js/cli/keys.mjs";
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
const TABLE = `deployment  family     module or path            export   arguments                                    root params
v1          use-cache  /srv/app/[lang]/page.tsx  default  ${DIGEST}  lang=en rest=a/b none=(none)
(none)      use-cache  id
session:1  (not a key of vinext)
`;

test("inspect shows keys from arguments and from stdin, and drops none", async (t) => {
  t.like(await run(["inspect", key, bare, "session:1"]), { code: 0, out: TABLE, err: "" });
  t.is((await run(["inspect"], { input: `${key}\n${bare}\nsession:1\n` })).out, TABLE);
  t.is((await run(["inspect", "-0"], { input: `${key}\0${bare}\0session:1` })).out, TABLE);
});

test("inspect looks behind a store's prefix", async (t) => {
  const { out } = await run(["inspect", "--strip-prefix", "cache:", `cache:${bare}`, bare]);
  t.deepEqual(out.split("\n").slice(1), ["(none)      use-cache  id", `${bare}  (not a key of vinext)`, ""]);
});

test("inspect --json prints a line per key", async (t) => {
  const { out } = await run(["inspect", "--json"], { input: `${key}\nsession:1\n` });
  t.deepEqual(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
    [
      { key, parts: parseCacheKey(key) },
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

test("inspect reads a million short lines from a file", async (t) => {
  const { code, out } = await run(["inspect"], { input: "a\n".repeat(1_000_000), inputFile: true });
  t.is(code, 0);
  t.is(out.split("\n").length, 1_000_002);
});

test("inspect refuses a line that is too long to be a key, at once", async (t) => {
  const { code, out, err } = await run(["inspect"], { input: `${bare}\n${"a".repeat(32 << 20)}` });
  t.deepEqual([code, out], [1, ""]);
  t.regex(err, /a key is longer than 16 MiB/);
});

test("one long key does not make every row as long", async (t) => {
  const long = buildUseCacheKey("x".repeat(1 << 20), "v1", DIGEST);
  const { out } = await run(["inspect"], { input: `${long}\n${`${key}\n`.repeat(999)}` });
  t.true(out.includes("x".repeat(1 << 20)));
  t.true(out.length < 3 << 20);
});

/** Bytes, how the table shows them, and how JSON does. */
const BYTES = [
  ["a byte that is not UTF-8", [0xff], "\\xff", "\\udcff"],
  ["a character that is cut off", [0xe2, 0x82], "\\xe2\\x82", "\\udce2\\udc82"],
  ["a surrogate in UTF-8", [0xed, 0xa0, 0x80], "\\xed\\xa0\\x80", "\\udced\\udca0\\udc80"],
  ["a byte order mark", [0xef, 0xbb, 0xbf], "\\ufeff", "\\ufeff"],
  ["a format character beyond U+FFFF", [0xf3, 0xa0, 0x80, 0x81], "\\udb40\\udc01", "\\udb40\\udc01"],
  ["a C1 control", [0xc2, 0x9b], "\\u009b", "\\u009b"],
  ["a bidi control", [0xe2, 0x80, 0xae], "\\u202e", "\\u202e"],
  ["a line separator", [0xe2, 0x80, 0xa8], "\\u2028", "\\u2028"],
  ["DEL", [0x7f], "\\u007f", "\\u007f"],
  ["text", [0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80], "é😀", "é😀"],
];

for (const [title, bytes, shown, inJson] of BYTES) {
  test(`inspect shows ${title}`, async (t) => {
    const lines = [[...bytes, 0x78], bytes, [...Buffer.from(bare), ...bytes], bytes];
    const input = Buffer.from(lines.flatMap((line) => [...line, 0x0a]).slice(0, -1));
    for (const inputFile of [false, true]) {
      const table = (await run(["inspect"], { input, inputFile })).out.split("\n").slice(1);
      const foreign = "  (not a key of vinext)";
      t.deepEqual(table.slice(0, 2), [`${shown}x${foreign}`, `${shown}${foreign}`]);
      t.true(table[2].endsWith(`id${shown}`));
      t.is(table[3], `${shown}${foreign}`);
    }
    const { out } = await run(["inspect", "--json"], { input });
    t.true(out.startsWith(`{"key":"${inJson}x","parts":null}\n{"key":"${inJson}","parts":null}\n`), out);
  });
}

test("keys are decoded alike, wherever chunks end", async (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => Buffer.from(text)),
  );
  const property = fc.asyncProperty(fc.array(bytes), fc.array(fc.nat(20)), async (keys, sizes) => {
    const whole = keys.map((one) => Buffer.from(one.map((byte) => (byte === 0 ? 1 : byte))));
    const list = Buffer.concat(whole.flatMap((one) => [one, Buffer.from([0])]));
    async function* chunks() {
      let start = 0;
      for (const size of [...sizes, list.length]) yield list.subarray(start, (start += size));
    }
    const read = [];
    for await (const batch of splitKeys(chunks(), "\0")) read.push(...batch);
    t.deepEqual(read, whole.map(decodeKey));
    for (const [index, text] of read.entries()) {
      // As Python's "surrogateescape", so nothing is lost.
      const back = [...text].map((character) => {
        const unit = character.charCodeAt(0);
        const escaped = character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
        return escaped ? Buffer.from([unit - 0xdc00]) : Buffer.from(character);
      });
      t.deepEqual(Buffer.concat(back), whole[index]);
    }
  });
  await fc.assert(property, { numRuns: 2000 });
});

test("keys of a function that was seen before are parsed like all other keys", (t) => {
  const digest = fc.string({ unit: fc.constantFrom(..."aZ0-_"), minLength: 43, maxLength: 43 });
  const piece = fc.oneof(
    digest,
    fc.constantFrom(":", "[", "]", '"', ",", "build:", "v1", ":root-params:", "\\"),
  );
  const call = fc.oneof(
    fc.array(piece).map((pieces) => `use-cache:${pieces.join("")}`),
    fc
      .tuple(fc.string(), fc.constantFrom("v1", "v 1", undefined))
      .map(([name, seed]) => buildUseCacheKey(JSON.stringify([`/a.ts:${name}`, "r"]), seed)),
  );
  const property = fc.property(call, fc.array(digest, { minLength: 2 }), (start, digests) => {
    const reader = new PartsReader([]);
    for (const one of digests) {
      const expected = parseCacheKey(`${start}:${one}`);
      t.deepEqual(reader.parts(`${start}:${one}`), expected);
      const { argsKey: _ours, ...call } = reader.call(`${start}:${one}`);
      const { argsKey: _theirs, ...same } = expected;
      t.deepEqual(call, same);
    }
  });
  fc.assert(property, { numRuns: 5000 });
});

test("a key cannot control the terminal", async (t) => {
  const { out } = await run(["inspect", "-0"], {
    input: `\x1b[31mkey\n\0${buildUseCacheKey("\x07", "\x9b")}`,
  });
  t.notRegex(out.replaceAll("\n", ""), /\p{Cc}/u);
  t.regex(out, /\\u001b\[31mkey\\u000a/);
  t.regex(out, /\\u009b +use-cache +\\u0007/);
});

test("a table fits its terminal and keeps what tells rows apart", (t) => {
  const head = [{ title: "a" }, { title: "b", cutAt: "start" }, { title: "c", enough: 10 }];
  const rows = [["x".repeat(20), `${"y".repeat(50)}end`, "z".repeat(43)], "w".repeat(200)];
  for (const columns of [30, 60, 100]) {
    const lines = renderTable(head, rows, { columns });
    for (const line of lines) t.true(line.length <= columns, line);
    t.regex(lines[1], /end +z/);
  }
  t.is(renderTable(head, rows, { columns: 100 })[1].split(/ +/)[2].length, 23);
  t.is(renderTable(head, rows, { columns: 60 })[1].split(/ +/)[2], `${"z".repeat(9)}…`);
});

const OVERVIEW = [
  buildUseCacheKey(JSON.stringify(["/app/a.tsx:get", "r"]), "v2", DIGEST),
  buildUseCacheKey(JSON.stringify(["/app/a.tsx:get", "r"]), "v2", DIGEST.replace("y", "z")),
  buildUseCacheKey(JSON.stringify(['/app/b, "b".tsx:get', "r"]), "v1", "[]"),
  "session:é",
];

test("inspect --summary counts keys per deployment and function, the largest first", async (t) => {
  const input = OVERVIEW.join("\n");
  const { code, out, err } = await run(["inspect", "--summary"], { input });
  t.deepEqual([code, err], [0, ""]);
  t.is(
    out,
    `keys                              key bytes  deployment  family     function
   2  50 %  ████████████████████      170 B  v2          use-cache  /app/a.tsx:get
   1  25 %  ██████████                 51 B  v1          use-cache  /app/b, "b".tsx:get
   1  25 %  ██████████                 10 B  (none)      other
4 keys of 231 B
`,
  );
  const json = JSON.parse((await run(["inspect", "--summary", "--json"], { input })).out);
  t.is(json.keys, 4);
  t.is(json.keyBytes, Buffer.byteLength(OVERVIEW.join("")));
  t.deepEqual(
    json.groups.map(({ deployment, family, module, function: name, keys }) => [
      deployment,
      family,
      module,
      name,
      keys,
    ]),
    [
      ["v2", "use-cache", "/app/a.tsx", "get", 2],
      ["v1", "use-cache", '/app/b, "b".tsx', "get", 1],
      [null, "other", null, null, 1],
    ],
  );
  t.is(
    (await run(["inspect", "--summary", "--csv"], { input })).out,
    [
      "deployment,build,family,module,function,keys,keyBytes",
      "v2,,use-cache,/app/a.tsx,get,2,170",
      'v1,,use-cache,"/app/b, ""b"".tsx",get,1,51',
      ",,other,,,1,10",
      "",
    ].join("\r\n"),
  );
});

const HASH = "0123456789abcdef".repeat(4);
const FAMILIES = [
  ["deployment:v1:app:v2:b7:/shop:html", "v1          app                 /shop                   html"],
  [
    "app:v2:b7:/shop:rsc:prefetch-empty",
    "(build b7)  app                 /shop                   rsc      prefetch-empty",
  ],
  ["app-fallback-shell:v1:b7:/p/[id]:html", "(build b7)  app-fallback-shell  /p/[id]                 html"],
  ["pages:v2:b7:/about::i18n=de", "(build b7)  pages               /about                           de"],
  [
    `app:v2:b7:__hash:${HASH}:html`,
    `(build b7)  app                                         html     ${HASH}`,
  ],
  ["app:v2:a:/b:/c:html", "(none)      app                 a:/b:/c                 html"],
  [HASH, `(none)      fetch                                                ${HASH}`],
  [`unstable_cache:v2:${HASH}`, `(none)      unstable_cache                                       ${HASH}`],
  ["_N_T_/shop", "(none)      tag                 _N_T_/shop"],
  ["__tag:shop", "(none)      tag                 shop"],
];

test("inspect knows every family", async (t) => {
  const keys = FAMILIES.map(([one]) => one);
  const { out } = await run(["inspect"], { input: keys.join("\n") });
  t.deepEqual(
    out
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.replaceAll(/ +/g, " ")),
    FAMILIES.map(([, line]) => line.replaceAll(/ +/g, " ")),
  );
  const json = (await run(["inspect", "--json"], { input: keys.join("\n") })).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  t.deepEqual(
    json.map(({ parts }) => parts.family),
    ["app", "app", "app-fallback-shell", "pages", "app", "app", "fetch", "unstable_cache", "tag", "tag"],
  );
  t.like(json[0].parts, { deploymentId: "v1", buildId: "b7", path: "/shop" });
  t.true(json[5].parts.ambiguous);
  const { groups } = JSON.parse(
    (await run(["inspect", "--summary", "--json"], { input: keys.join("\n") })).out,
  );
  t.deepEqual(
    groups.map(({ deployment, build, family, keys: count }) => [deployment, build, family, count]).sort(),
    [
      ["v1", null, "app", 1],
      [null, "b7", "app", 2],
      [null, "b7", "app-fallback-shell", 1],
      [null, "b7", "pages", 1],
      [null, null, "app", 1],
      [null, null, "fetch", 1],
      [null, null, "tag", 2],
      [null, null, "unstable_cache", 1],
    ].sort(),
  );
});

test("a summary counts the bytes that keys have in the store", async (t) => {
  const input = Buffer.from([0xff, 0x0a, 0xc3, 0xa9, 0x0a, 0xf0, 0x9f, 0x98, 0x80, 0xed]);
  const { keyBytes } = JSON.parse((await run(["inspect", "--summary", "--json"], { input })).out);
  t.is(keyBytes, 8);
});

for (const [args, message] of [
  [["--memory"], /--memory needs --summary and a store/],
  [["--summary", "--memory"], /--memory needs --summary and a store/],
  [["--csv"], /--csv needs --summary/],
  [["--summary", "--csv", "--json"], /cannot be used together/],
  [["redis://localhost", "redis://localhost"], /one store/],
]) {
  test(`wrong usage: inspect ${args.join(" ")}`, async (t) => {
    const { code, err } = await run(["inspect", ...args]);
    t.is(code, 2);
    t.regex(err, message);
  });
}

test("keys that only lack a prefix give a hint", async (t) => {
  const hint = /^Hint: `use-cache:` starts at column 7: pass --strip-prefix cache:$/m;
  const input = `session:1\ncache:${key}\n`;
  t.regex((await run(["inspect"], { input })).err, hint);
  t.regex((await run(["inspect", "--summary"], { input })).err, hint);
  t.is((await run(["inspect", "--strip-prefix", "cache:"], { input })).err, "");
  const stale = await run(["stale", "--keep", "v2"], { input });
  t.deepEqual([stale.code, stale.out], [0, ""]);
  t.regex(stale.err, hint);
  const { hint: inJson } = JSON.parse((await run(["stale", "--keep", "v2", "--json"], { input })).err);
  t.is(inJson, "`use-cache:` starts at column 7: pass --strip-prefix cache:");
  t.is((await run(["stale", "--keep", "v1", "--strip-prefix", "cache:"], { input })).err.match(/Hint/), null);
  const page = await run(["inspect"], { input: "shop:app:v2:b7:/:html\nmyapp:v2:x\n" });
  t.regex(page.err, /^Hint: `app:v2:` starts at column 6: pass --strip-prefix shop:$/m);
  const quoted = await run(["stale", "--quoted", "--keep", "v2"], {
    input: `"caf\\xc3\\xa9:${key.replaceAll('"', '\\"')}"\n`,
  });
  t.regex(quoted.err, /^Hint: `use-cache:` starts at column 6: pass --strip-prefix 'café:'$/m);
  const several = ["my app:", "b'c:"].map((prefix) => prefix + key);
  t.regex((await run(["inspect", ...several])).err, /--strip-prefix 'my app:' --strip-prefix 'b'\\''c:'$/m);
});

test("prefix prints what keys start with, and a pattern for them", async (t) => {
  t.is((await run(["prefix", "v1", "v 1"])).out, "use-cache:build:v1:\nuse-cache:build:v%201:\n");
  t.is((await run(["prefix", "--glob", "v1*[a-z]?"])).out, "use-cache:build:v1[*]%5Ba-z%5D%3F:*\n");
  t.is((await run(["prefix", "--pages", "v1", "v-2_B"])).out, "deployment:v1:\ndeployment:v-2_B:\n");
  t.is((await run(["prefix", "--pages", "--glob", "v1"])).out, "deployment:v1:*\n");
  t.deepEqual(JSON.parse((await run(["prefix", "--json", "v*", "v1"])).out), [
    { seed: "v*", prefix: "use-cache:build:v*:", glob: "use-cache:build:v[*]:*", pages: null },
    {
      seed: "v1",
      prefix: "use-cache:build:v1:",
      glob: "use-cache:build:v1:*",
      pages: { prefix: "deployment:v1:", glob: "deployment:v1:*" },
    },
  ]);
});

test("prefix refuses the seed that means every key", async (t) => {
  for (const args of [[], [""], ["v1", ""]]) t.is((await run(["prefix", ...args])).code, 2);
  const { code, out, err } = await run(["prefix", "--pages", "v1", "v 1"]);
  t.deepEqual([code, out], [2, ""]);
  t.regex(err, /"v 1" is not a deployment ID/);
});

test("help and version", async (t) => {
  const general = await run(["--help"]);
  t.like(general, { code: 0, err: "" });
  t.is((await run([])).out, general.out);
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  t.is((await run(["--version"])).out, `${version}\n`);
  for (const command of ["explain", "inspect", "purge", "stale", "prefix"]) {
    t.regex(general.out, new RegExp(`^  ${command} `, "m"));
    const { code, out } = await run([command, "--help"]);
    t.is(code, 0);
    const { options } = await import(`../js/cli/${command}.mjs`);
    for (const name of [...Object.keys(options), "json"]) t.regex(out, new RegExp(`--${name}\\b`));
    for (const line of out.split("\n")) t.true(line.length <= 120, line);
  }
});

test("a command that does not exist", async (t) => {
  const { code, out, err } = await run(["prune"]);
  t.deepEqual([code, out], [2, ""]);
  t.regex(err, /^vinext-cache-key: there is no command "prune"/);
});

test("every byte is read as redis-cli --no-raw quotes it", (t) => {
  const escapes = new Map(
    Object.entries({ "\n": "n", "\r": "r", "\t": "t", "\x07": "a", "\b": "b", "\\": "\\", '"': '"' }),
  );
  const quoted = (byte) => {
    const char = String.fromCharCode(byte);
    if (escapes.has(char)) return `\\${escapes.get(char)}`;
    return byte >= 0x20 && byte < 0x7f ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
  };
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  t.is(unquote(`"${bytes.map(quoted).join("")}"`), String.fromCharCode(...bytes));
  t.is(unquote('""'), "");
  for (const line of ["", '"', "a", '"a', 'a"', '"a"b"', String.raw`"\q"`, String.raw`"\xZZ"`, '"\\"']) {
    t.throws(() => unquote(line), { message: /^a line is not a quoted key: .*redis-cli --no-raw/ }, line);
  }
});
