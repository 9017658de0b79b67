import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { modernNode } from "../scripts/modern-node.mjs";

const ADAPTER = new URL("../examples/two-deployments/cache/sqlite.js", import.meta.url).href;

/** Runs code that has two handlers over one database, in a Node that has SQLite, and returns what it prints. */
async function run(t, code, database) {
  const folder = mkdtempSync(path.join(tmpdir(), "cache-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const script = `
    import createHandler from ${JSON.stringify(ADAPTER)};
    const [one, other] = [createHandler(), createHandler()];
    const value = { kind: "FETCH", data: { body: "b" } };
    const print = (result) => console.log(JSON.stringify(result));
    ${code}`;
  const env = { ...process.env, CACHE_DATABASE: database ?? path.join(folder, "cache.sqlite") };
  const { stdout } = await promisify(execFile)(modernNode(), ["--input-type=module", "--eval", script], {
    env,
  });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("what one process sets another gets", async (t) => {
  const code = `
    print(await other.get("k"));
    await one.set("k", value, { tags: [], timestamp: 5 });
    print(await other.get("k"));`;
  t.deepEqual(await run(t, code), [null, { value: { kind: "FETCH", data: { body: "b" } }, lastModified: 5 }]);
});

test("an entry goes stale, then expires", async (t) => {
  const code = `
    for (const age of [0, 20, 40]) {
      const timestamp = Date.now() - age * 1000;
      await one.set("k", value, { timestamp, cacheControl: { revalidate: 10, expire: 30 } });
      const hit = await other.get("k");
      print(hit && (hit.cacheState ?? "fresh"));
    }`;
  t.deepEqual(await run(t, code), ["fresh", "stale", null]);
});

test("a revalidated tag takes its entries, and those of pages that have it", async (t) => {
  const code = `
    await one.set("tagged", value, { tags: ["t"] });
    await one.set("other", value, { tags: [] });
    await other.revalidateTag("t");
    print([await one.get("tagged"), await one.get("other", { softTags: ["t"] })]);
    print((await one.get("other")) !== null);`;
  t.deepEqual(await run(t, code), [[null, null], true]);
});

test("a database that cannot be opened stops the process with one line", async (t) => {
  const { code, stderr } = await t.throwsAsync(run(t, "", path.join(tmpdir(), "nowhere", "cache.sqlite")));
  t.is(code, 1);
  t.regex(stderr, /^Cannot open the cache database .+: unable to open database file\.\n$/);
});
