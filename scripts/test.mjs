// The whole test suite: Rust's, then ava's. Arguments go to ava.
import { spawnSync } from "node:child_process";

const suites = [
  ["cargo", ["test", "--no-default-features", "--quiet"]],
  ["npx", ["ava", ...process.argv.slice(2)]],
];
for (const [command, args] of suites) {
  console.log(`› ${command} ${args.join(" ")}`);
  const { status } = spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}
