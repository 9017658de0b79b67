// Tests the rules of a release, in copies of the repository that each break one rule, and how the version is set.
import test from "ava";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COPIED = [
  ".npmrc",
  "CHANGELOG.md",
  "Cargo.lock",
  "Cargo.toml",
  "docs",
  "fuzz/Cargo.lock",
  "index.js",
  "npm",
  "package-lock.json",
  "package.json",
];
const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
const GITHUB = { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "someone/something" };

/** A copy, with everything committed and in order. */
function copy(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "vinext-cache-key-release-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const file of [...COPIED, "scripts/release"]) {
    cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  }
  const at = (file) => path.join(folder, file);
  const edit = (file, change) => writeFileSync(at(file), change(readFileSync(at(file), "utf8")));
  const run = (command, ...args) => execFileSync(command, args, { cwd: folder, stdio: "pipe" });
  const commit = () => {
    run("git", "add", "--all");
    run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--message=x");
  };
  const repository = { type: "git", url: "git+https://github.com/someone/something.git" };
  const manifests = ["", ...readdirSync(at("npm")).map((platform) => `npm/${platform}/`)];
  for (const where of manifests) {
    edit(`${where}package.json`, (text) => JSON.stringify({ ...JSON.parse(text), repository }, null, 2));
  }
  run("git", "init", "--quiet");
  commit();
  /** The rules that do not hold. */
  const broken = (env = GITHUB) => {
    const options = { encoding: "utf8", env: { PATH: process.env.PATH, ...env } };
    const check = spawnSync(process.execPath, [at("scripts/release/check.mjs")], options);
    const found = check.stdout.split("\n").filter((line) => line.startsWith("✗"));
    t.is(check.status, found.length > 0 ? 1 : 0, check.stderr);
    return found.join("\n");
  };
  return { edit, run, commit, broken };
}

test("a commit in order, on its tag, can be released", (t) => {
  const { broken } = copy(t);
  t.is(broken(), "");
  t.is(broken({ ...GITHUB, GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: `v${version}` }), "");
});

test("a change that is not committed prevents the release", (t) => {
  const { edit, broken } = copy(t);
  edit("CHANGELOG.md", (text) => `${text}\n`);
  t.regex(broken(), /^✗ Everything is committed, except: CHANGELOG\.md$/);
});

for (const [title, file, from, to, complaint] of [
  [
    "another version in one place",
    "Cargo.lock",
    `key"\nversion = "${version}`,
    'key"\nversion = "9.9.9',
    /version.*: Cargo\.lock$/,
  ],
  ["a changelog without the version", "CHANGELOG.md", `## ${version}`, "## Next", /^✗ CHANGELOG\.md/],
  [
    "another repository",
    "npm/darwin-x64/package.json",
    "someone/",
    "another/",
    /repository\.url.*: npm\/darwin-x64\/package\.json$/,
  ],
]) {
  test(`${title} prevents the release`, (t) => {
    const { edit, commit, broken } = copy(t);
    edit(file, (text) => text.replace(from, to));
    commit();
    t.regex(broken(), complaint);
  });
}

test("another tag prevents the release", (t) => {
  const { broken } = copy(t);
  t.regex(
    broken({ ...GITHUB, GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v9.9.9" }),
    /version.*: the tag v9\.9\.9$/,
  );
});

test("a repository must be named, wherever the check runs", (t) => {
  const { edit, commit, broken } = copy(t);
  edit("package.json", (text) => text.replace('"repository"', '"elsewhere"'));
  commit();
  t.regex(broken({}), /repository\.url.*: package\.json$/);
});

test("a version is set everywhere, and neither committed nor tagged", (t) => {
  const { run, commit, broken } = copy(t);
  run(process.execPath, "scripts/release/version.mjs", "9.9.9");
  t.is(run("git", "tag").toString(), "");
  t.regex(broken(), /committed/);
  commit();
  t.regex(broken(), /^✗ CHANGELOG\.md has an entry, except: ## 9\.9\.9$/);
});
