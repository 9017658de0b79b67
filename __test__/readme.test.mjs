// Every snippet of the README, and every example in the types, runs: `expression; // value` has that value.
import test from "ava";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as api from "../index.js";
import { modernNode } from "../scripts/modern-node.mjs";

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const fences = (text) => [...text.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code);

/** Turns `expression; // value` into a check, of which there must be one. */
function checked(code) {
  let checks = 0;
  const text = code.replace(
    /^(?!const |\/\/)(.+); *\n?\/\/ ((?:.+(?:\n\/\/ +)?)+)$/gm,
    (_, expression, expected) => {
      checks += 1;
      const value = expected.replaceAll(/\n\/\/ +/g, " ");
      return value.startsWith("throws")
        ? `assert.throws(() => ${expression});`
        : `assert.deepEqual(${expression}, ${value});`;
    },
  );
  return { checks, text };
}

const run = async (code) => {
  const file = new URL(`snippet-${process.hrtime.bigint()}.mjs`, import.meta.url);
  await writeFile(file, `import assert from "node:assert/strict";\n${code}`);
  try {
    return await promisify(execFile)(modernNode(), [fileURLToPath(file)]);
  } finally {
    await rm(file);
  }
};

for (const [index, code] of fences(read("README.md")).entries()) {
  test(`README, snippet ${index + 1}`, async (t) => {
    const config = code.includes("defineConfig");
    const { checks, text } = checked(code);
    t.true(config || checks > 0);
    await run(text);
    t.pass();
  });
}

test("the examples in the types", async (t) => {
  const examples = fences(read("index.d.ts").replaceAll(/^ \* ?/gm, ""));
  t.is(
    examples.length,
    Object.keys(api).filter((name) => name !== "default" && name !== "implementation").length,
  );
  const names = Object.keys(api)
    .filter((name) => name !== "default")
    .join(", ");
  for (const example of examples) {
    const { checks, text } = checked(example);
    t.true(checks > 0, example);
    await t.notThrowsAsync(run(`import { ${names} } from "vinext-cache-key";\n${text}`), example);
  }
});
