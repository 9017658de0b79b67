// Every snippet of the README, and every example in the types, runs: `expression; // value` has that value. On the other pages,
// snippets parse, and the commands, options, files and links that they name exist. Pages that list something list all of it.
import { parse } from "acorn";
import test from "ava";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as api from "../index.js";
import vinextCacheKey from "../js/vite.mjs";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { run as runCommand } from "./helpers/cli.mjs";

const page = (path) => new URL(`../${path}`, import.meta.url);
const read = (path) => readFileSync(page(path), "utf8");
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...["docs", "examples/workers", "examples/two-deployments"].flatMap((folder) =>
    readdirSync(page(folder), { recursive: folder === "docs" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`),
  ),
];
const fences = (text, language = "js") =>
  [...text.matchAll(/```(\w+)\n([^]*?)```/g)]
    .filter(([, found]) => found === language)
    .map(([, , code]) => code);

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

/** The anchors that GitHub gives the headings of a page. */
const anchors = (text) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );

for (const path of PAGES) {
  test(`the links of ${path} lead somewhere`, (t) => {
    for (const [, target] of read(path).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const { pathname, hash } = new URL(target, `file:///${path}`);
      const file = pathname.slice(1);
      t.true(existsSync(page(file)), target);
      if (hash) t.true(anchors(read(file)).includes(hash.slice(1)), target);
    }
    t.pass();
  });
}

for (const path of PAGES) {
  test(`the code on ${path} parses, and uses what exists`, (t) => {
    const text = read(path);
    for (const code of fences(text)) {
      const { body } = parse(code, { ecmaVersion: "latest", sourceType: "module" });
      for (const { source, specifiers } of body.filter(({ type }) => type === "ImportDeclaration")) {
        if (source.value !== "vinext-cache-key") continue;
        for (const { imported } of specifiers) t.true(imported.name in api, imported.name);
      }
      for (const [call] of code.matchAll(/vinextCacheKey\([^)]*\)/g)) {
        t.notThrows(() => new Function("vinextCacheKey", call)(vinextCacheKey), call);
      }
    }
    for (const code of fences(text, "json")) t.notThrows(() => JSON.parse(code), code);
    const { scripts } = JSON.parse(read("package.json"));
    if (!path.startsWith("examples/")) {
      for (const [command, name] of text.matchAll(/npm run ([\w:-]+)/g)) t.true(name in scripts, command);
    }
    for (const [, file] of text.matchAll(/`((?:src|js|scripts|__test__|docs|benchmark|fuzz)\/[\w./-]+)`/g)) {
      t.true(existsSync(page(file)), file);
    }
    t.pass();
  });
}

/** The commands on all pages, without those that only a shell can complete. */
const commands = new Set(
  PAGES.flatMap((path) => fences(read(path), "sh"))
    .flatMap((code) => [...code.matchAll(/npx vinext-cache-key ([^\n|>)#]+)/g)])
    .map(([, words]) => words.trim())
    .filter((words) => !/\$\{|\\$/.test(words)),
);

test("the commands on all pages are known, with their options", async (t) => {
  t.true(commands.size > 10);
  const misused = [];
  for (const command of commands) {
    const args = command
      .split(" ")
      .filter((word) => word !== "-")
      .map((word) => word.replaceAll('"', "").replace(/^\$\w+_URL$/, "redis://127.0.0.1:1"));
    const { code, err } = await runCommand(args, { input: "" });
    // Code 2 means wrong usage. Any other failure is expected, because there is no store.
    if (code === 2) misused.push(`${command}: ${err}`);
  }
  t.deepEqual(misused, []);
});

test("docs/api.md names everything that the package exports, and the options of each function", (t) => {
  const text = read("docs/api.md");
  const names = Object.keys(api).filter((name) => name !== "default");
  const options = [...read("index.d.ts").matchAll(/interface \w+Options \{([^]*?)\n\}/g)].flatMap(
    ([, body]) => [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name),
  );
  t.true(options.includes("maxBytes"));
  t.deepEqual(
    [...names, ...options].filter((name) => !text.includes(name)),
    [],
  );
});

test("the plugin's page has a section for each option, and README and the changelog name them", (t) => {
  const options = [...read("js/vite.mjs").matchAll(/@property \{\w+\} \[(\w+)\]/g)].map(([, name]) => name);
  t.is(options.length, 4);
  for (const option of options) {
    t.true(read("docs/plugin.md").includes(`### \`${option}\`\n`), option);
    t.true(read("README.md").includes(`### \`${option}\`\n`), option);
    t.true(read("CHANGELOG.md").includes(`\`${option}\``), option);
  }
});
