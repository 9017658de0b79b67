// Tests what `purge` and `inspect` print if a store cannot be read.
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { withoutPassword } from "../js/cli/text.mjs";
import { run } from "./helpers/cli.mjs";

/** The URL of a server that answers nothing: it closes each connection, or is gone already. */
async function deadServer(t, { listens }) {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  if (listens) t.teardown(() => server.close());
  else await once(server.close(), "close");
  return `redis://:Secret@127.0.0.1:${port}`;
}

/** A project whose Wrangler is this module. */
function fakeWrangler(t, module) {
  const cwd = mkdtempSync(join(tmpdir(), "fake-wrangler-"));
  t.teardown(() => rmSync(cwd, { recursive: true }));
  const folder = join(cwd, "node_modules/wrangler");
  mkdirSync(folder, { recursive: true });
  const manifest = { version: "4.0.0", type: "module", main: "main.js", bin: { wrangler: "main.js" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "main.js"), module);
  return cwd;
}

const withProxy = (body) => `export const getPlatformProxy = async () => { ${body} };`;

const BROKEN_KV = [
  [
    "is read by a Wrangler that does not load",
    'throw new Error("a part is missing")',
    {
      code: "ERR_STORE_CLIENT",
      message:
        "wrangler cannot be loaded: a part is missing. Install it again: npm install --save-dev wrangler",
    },
  ],
  [
    "does not start",
    withProxy('throw new Error("no such folder")'),
    { code: "ERR_STORE_UNREACHABLE", message: "the local Workers KV does not start: no such folder" },
  ],
  [
    "cannot be listed",
    withProxy(
      'return { env: { CACHE: { list: async () => { throw new Error("database is locked") } } }, dispose() {} }',
    ),
    { code: "ERR_STORE_UNREADABLE", message: "CACHE: the keys cannot be listed: database is locked" },
  ],
];

const COMMANDS = [
  ["purge", "--keep", "v1"],
  ["purge", "--keep", "v1", "--yes"],
  ["inspect"],
  ["inspect", "--summary"],
];

for (const [name, ...flags] of COMMANDS) {
  const title = [name, ...flags].join(" ");
  for (const listens of [false, true]) {
    const what = listens ? "hangs up" : "is not there";
    test(`${title}: a server that ${what} is an error, with --json as JSON too`, async (t) => {
      const url = await deadServer(t, { listens });
      const plain = await run([name, url, ...flags]);
      t.deepEqual([plain.code, plain.out], [1, ""]);
      const { code, out, err } = await run([name, url, ...flags, "--json"]);
      t.is(code, 1);
      for (const words of [plain.err, err]) {
        t.regex(words, /^vinext-cache-key: 127\.0\.0\.1:\d+ cannot be reached: .+\n$/);
      }
      const message = err.replace("vinext-cache-key: ", "").trim();
      t.deepEqual(JSON.parse(out), { error: { code: "ERR_STORE_UNREACHABLE", message } });
    });
  }

  test(`${title}: a missing package is an error, with --json as JSON too`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "empty-"));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const { code, out, err } = await run([name, "kv:CACHE", ...flags, "--json"], { cwd: folder });
    t.is(code, 1);
    const { error } = JSON.parse(out);
    t.is(error.code, "ERR_STORE_CLIENT");
    t.regex(error.message, /needs wrangler in this project: npm install/);
    t.is(err, `vinext-cache-key: ${error.message}\n`);
  });

  for (const [what, module, expected] of BROKEN_KV) {
    test(`${title}: a local KV that ${what} is an error, with --json as JSON too`, async (t) => {
      const cwd = fakeWrangler(t, module);
      const { code, out, err } = await run([name, "kv:CACHE", ...flags, "--json"], { cwd });
      t.is(code, 1);
      t.deepEqual(JSON.parse(out), { error: expected });
      t.is(err, `vinext-cache-key: ${expected.message}\n`);
    });
  }

  test(`${title}: wrong usage prints no JSON`, async (t) => {
    const { code, out, err } = await run([name, "redis://localhost", "second", ...flags, "--json"]);
    t.deepEqual([code, out], [2, ""]);
    t.regex(err, /and got another one: "second"/);
  });
}

test("the password of a URL is not shown, well-formed or not", (t) => {
  for (const [text, shown] of [
    ["redis://user:secret@host:6379/0", "redis://…@host:6379/0"],
    ["redis://secret@host", "redis://…@host"],
    ["Redis:/user:secret@host", "…@host"],
    ["user:secret@host", "…@host"],
    ["http://:se/cret#\np@secret@host", "http://…@host"],
    ["apps/@acme/shop", "apps/@acme/shop"],
    ["http://localhost:3000", "http://localhost:3000"],
  ]) {
    t.is(withoutPassword(text), shown);
  }
});

for (const [before, ...behind] of [
  [[]],
  [["purge"], "--keep", "v1"],
  [["purge", "redis://a"], "--keep", "v1"],
  [["purge", "redis://a", "--keep", "v1", "--pause"]],
  [["purge", "redis://a", "--keep", "v1", "--database"]],
  [["inspect", "redis://a"]],
  [["stale", "--keep", "v1"]],
  [["explain", "."]],
  [["explain"]],
]) {
  const title = [...before, "…", ...behind].join(" ");
  test(`${title}: the error does not show the password of a URL in the wrong place`, async (t) => {
    const { code, out, err } = await run([...before, "http://user:secret@host", ...behind]);
    t.true(code > 0);
    t.is(out, "");
    t.regex(err, /^vinext-cache-key: .*…@host/);
    t.false(err.includes("secret"));
  });
}

test("the scheme of a URL may be in upper case", async (t) => {
  const { code, out, err } = await run(["inspect", "REDIS://user:secret@127.0.0.1:1"]);
  t.deepEqual([code, out], [1, ""]);
  t.regex(err, /^vinext-cache-key: 127\.0\.0\.1:1 cannot be reached: /);
});
