// docs/reliability.md names a test for each promise, and each one exists.
import { existsSync, readFileSync } from "node:fs";
import test from "ava";

const urlOf = (path) => new URL(path, import.meta.url);
const page = readFileSync(urlOf("../docs/reliability.md"), "utf8");
const named = [...page.matchAll(/^ *- `([\w.-]+)`: "(.+)"$/gm)].map(([, file, title]) => ({ file, title }));

test("each test that docs/reliability.md names exists", (t) => {
  t.true(named.length > 30);
  t.is(named.length, page.match(/^ *- `[\w.-]+`:/gm).length);
  for (const { file, title } of named) {
    const suite = urlOf(`${file}.test.mjs`);
    t.true(existsSync(suite), file);
    t.true(readFileSync(suite, "utf8").includes(title), `${file}: ${title}`);
  }
});
