// The mutants of JavaScript, by Stryker, which has many dependencies and is installed separately.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { installIn } from "../../scripts/lib/npm.mjs";
import { modernNode } from "../../scripts/lib/modern-node.mjs";
import { nameOf } from "./verdict.mjs";

const REPORT = "target/mutants/stryker.json";
const SHELL_AND_ENGINES = [
  "js/shell.mjs",
  "js/native.mjs",
  "js/portable.mjs",
  ...readdirSync(new URL("../../js/portable", import.meta.url)).map((file) => `js/portable/${file}`),
];
/** Files that are neither mutated nor needed by the tests here. */
const LEFT_OUT = ["target", "dist", "docs", "examples", "npm", "__test__/*/node_modules", ".github", ".demo"];

const KILLED = ["Killed", "Timeout"];
const SURVIVED = ["Survived", "NoCoverage"];

/** @param {string} text */
const short = (text) => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
};

/** The text of a file between two positions that count from 1. */
function textBetween(source, { start, end }) {
  const lines = source.split("\n");
  if (start.line === end.line) return lines[start.line - 1].slice(start.column - 1, end.column - 1);
  return [
    lines[start.line - 1].slice(start.column - 1),
    ...lines.slice(start.line, end.line - 1),
    lines[end.line - 1].slice(0, end.column - 1),
  ].join("\n");
}

function stryker(options) {
  installIn(import.meta.dirname);
  const config = {
    tempDirName: "target/stryker",
    ignorePatterns: LEFT_OUT,
    reporters: ["json", "progress-append-only"],
    jsonReporter: { fileName: REPORT },
    disableTypeChecks: false,
    // Stryker cannot rewrite it with TypeScript 7, and no test reads it.
    tsconfigFile: "none",
    allowConsoleColors: false,
    concurrency: 2,
    dryRunTimeoutMinutes: 30,
    timeoutMS: 60_000,
    ...options,
  };
  const script = `const { Stryker } = await import(${JSON.stringify(new URL("node_modules/@stryker-mutator/core/dist/src/index.js", import.meta.url).href)});
await new Stryker(${JSON.stringify(config)}).runMutationTest();`;
  const { status } = spawnSync(modernNode(), ["--input-type=module", "-e", script], { stdio: "inherit" });
  if (status !== 0) throw new Error(`Stryker failed with status ${status}`);
  const { files } = JSON.parse(readFileSync(REPORT, "utf8"));
  const results = Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => KILLED.includes(status) || SURVIVED.includes(status))
      .map(({ location, replacement, status }) => ({
        name: nameOf(
          file,
          location.start.line,
          `${short(textBetween(source, location))} → ${short(replacement)}`,
        ),
        survived: SURVIVED.includes(status),
      })),
  );
  return { results, all: results.map(({ name }) => name), covers: (file) => file in files };
}

/** @param {{ k: number, n: number }} shard */
export async function js({ k, n }) {
  return stryker({
    mutate: SHELL_AND_ENGINES.filter((_, index) => index % n === k - 1),
    testRunner: "random-cases",
    plugins: [new URL("runner.mjs", import.meta.url).href],
    coverageAnalysis: "perTest",
    // The tests load js/cjs/ as well.
    buildCommand: "npx --no-install rolldown -c rolldown.config.mjs",
  });
}

/** Parts of the plugin and of the commands, with the suites that test them. */
const SAMPLE = [
  { file: "js/vite/shape.mjs", suites: ["vite-shape", "vite-transform"] },
  { file: "js/vite/rewrite.mjs", suites: ["vite-rewrite", "vite-transform"] },
  { file: "js/cli/keep.mjs", suites: ["cli-stale"] },
  { file: "js/cli/quoted.mjs", suites: ["cli-keys"] },
  { file: "js/cli/store-prefix.mjs", suites: ["cli-stale", "cli-keys"] },
];

/** @param {{ k: number, n: number }} shard */
export async function sample({ k, n }) {
  const runs = SAMPLE.filter((_, index) => index % n === k - 1).map(({ file, suites }) =>
    stryker({
      mutate: [file],
      testRunner: "command",
      commandRunner: {
        command: `npx ava --fail-fast ${suites.map((name) => `__test__/${name}.test.mjs`).join(" ")}`,
      },
    }),
  );
  const results = runs.flatMap((run) => run.results);
  return { results, all: results.map(({ name }) => name), covers: () => false };
}
