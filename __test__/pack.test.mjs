// Checks the tarballs that would be published: their files, their manifests, and the findings of publint and attw.
import test from "ava";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { implementation } from "../index.js";
import { pack } from "../scripts/pack.mjs";

const require = createRequire(import.meta.url);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { binary, target } = implementation;
const BINARY = `vinext-cache-key.${target}.node`;
const read = (file) => readFileSync(path.join(ROOT, file), "utf8");

/** A file in a tarball. */
const unpacked = ({ path: tarball }, file) =>
  execFileSync("tar", ["-xzOf", tarball, `package/${file}`], { maxBuffer: Infinity });

const work = mkdtempSync(path.join(tmpdir(), "vinext-cache-key-pack-"));
let platform;
let main;

test.before("packed with the binary under test", () => {
  mkdirSync(path.join(work, "npm", target), { recursive: true });
  cpSync(binary, path.join(work, "npm", target, BINARY));
  [platform, main] = pack(path.join(work, "out"), [target], path.join(work, "npm"));
});
test.after.always(() => rmSync(work, { recursive: true }));

test("the package contains what its users need, and nothing else", (t) => {
  const tracked = execFileSync("git", ["ls-files", "js", "docs"], { cwd: ROOT, encoding: "utf8" })
    .trim()
    .split("\n");
  t.deepEqual(
    [...main.files].sort(),
    ["LICENSE", "README.md", "index.d.ts", "index.js", "package.json", ...tracked].sort(),
  );
  t.true(
    tracked.every((file) => /^js\/.+\.(?:c|m)?js$|\.d\.[cm]ts$|^docs\/.+\.(?:md|svg)$/.test(file)),
    tracked.join(" "),
  );
});

test("a platform's package contains only its binary", (t) => {
  t.deepEqual(platform.files, ["LICENSE", "README.md", "package.json", BINARY]);
  t.is(unpacked(platform, "package.json").toString(), read(`npm/${target}/package.json`));
  t.true(unpacked(platform, BINARY).equals(readFileSync(binary)));
});

test("the manifest asks for each platform's package by its exact version, and for nothing of this repository's", (t) => {
  const { optionalDependencies, ...published } = JSON.parse(unpacked(main, "package.json"));
  const own = JSON.parse(read("package.json"));
  t.deepEqual(Object.keys(optionalDependencies), Object.keys(own.optionalDependencies));
  t.deepEqual([...new Set(Object.values(optionalDependencies))], [own.version]);
  t.deepEqual(Object.keys(published), [
    "name",
    "version",
    "description",
    "license",
    "keywords",
    "engines",
    "type",
    "main",
    "types",
    "bin",
    "exports",
    "sideEffects",
    "files",
    "peerDependencies",
    "peerDependenciesMeta",
  ]);
  for (const [field, value] of Object.entries(published)) t.deepEqual(value, own[field], field);
});

test("a platform without a binary is not packed, and what builds it is named", (t) => {
  const npm = path.join(work, "nothing");
  t.throws(() => pack(path.join(work, "out"), [target], npm), {
    message: `There is no binary for ${target}. Build it: npm run prebuild -- ${target}`,
  });
});

test("publint finds nothing", async (t) => {
  const { messages } = await publint({ strict: true, pack: { tarball: readFileSync(main.path).buffer } });
  t.deepEqual(messages, []);
});

test("Are the types wrong? finds nothing", (t) => {
  const manifest = require.resolve("@arethetypeswrong/cli/package.json");
  const attw = path.join(path.dirname(manifest), require(manifest).bin.attw);
  const options = ["--format", "json", "--profile", "node16"];
  const { status, stdout } = spawnSync(process.execPath, [attw, main.path, ...options], { encoding: "utf8" });
  t.is(status, 0, stdout);
  t.deepEqual(Object.keys(JSON.parse(stdout).analysis.entrypoints), [
    ".",
    "./portable",
    "./vite",
    "./package.json",
  ]);
});
