// Writes the files, and parts of files, that are derived from other files.
//   npm run generate             writes the stale files
//   npm run generate -- --check  writes nothing; names the stale files, and fails if there are any
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { between, platformFiles } from "./platforms.mjs";

const help = (...args) => {
  const options = { encoding: "utf8", env: { ...process.env, VINEXT_CACHE_KEY: "portable" } };
  return execFileSync(process.execPath, ["js/cli.mjs", ...args, "--help"], options).trimEnd();
};

const section = (title, text) => `## ${title}\n\n\`\`\`text\n${text}\n\`\`\`\n`;

/** The shards of each part of `npm run mutants`, so that each job of the nightly workflow ends in time. */
const SHARDS = { rust: 2, js: 1, sample: 2, addon: 2 };

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const read = (file) => readFileSync(file, "utf8");

const files = [...platformFiles(read), ...nightlyFiles(), ...cliPage()];
const stale = files.filter(([file, text]) => !existsSync(file) || read(file) !== text);
const generated = new Set(files.map(([file]) => path.dirname(file)));
const surplus = readdirSync("npm")
  .map((folder) => `npm/${folder}`)
  .filter((folder) => !generated.has(folder));

if (!process.argv.includes("--check")) {
  for (const [file, text] of stale) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const folder of surplus) rmSync(folder, { recursive: true });
}
for (const name of [...stale.map(([file]) => file), ...surplus]) console.log(name);
if (process.argv.includes("--check") && stale.length + surplus.length > 0) {
  console.error("These files are stale. Run `npm run generate` and commit them.");
  process.exitCode = 1;
}

/** docs/cli.md: the help texts of the commands, as they print them. @returns {[path: string, text: string][]} */
function cliPage() {
  const intro = `# Command line

<!-- Written by \`npm run generate\` from the commands' own help. -->

\`npx vinext-cache-key <command>\` runs a command without an install. Every command takes \`--json\` for scripts. Colours and progress
appear only on a terminal.
`;
  const overview = help();
  const [, , list] = overview.split("\n\n");
  const commands = [...list.matchAll(/^ +(\w+)/gm)].map(([, command]) => command);
  const sections = commands.map((command) => section(command, help(command)));
  return [["docs/cli.md", [intro, section("All commands", overview), ...sections].join("\n")]];
}

/** The matrix of the nightly workflow. @returns {[path: string, text: string][]} */
function nightlyFiles() {
  const workflow = ".github/workflows/nightly.yml";
  const entries = Object.entries(SHARDS).flatMap(([part, count]) =>
    Array.from(
      { length: count },
      (_, index) => `          - { part: ${part}, shard: ${index + 1}/${count} }\n`,
    ),
  );
  return [[workflow, between(read(workflow), "        include:\n", "    env:\n", entries)]];
}
