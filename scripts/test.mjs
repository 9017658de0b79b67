// The test suites. Without a flag: Rust's, then ava's fast ones. With --slow: ava's `*.slow.test.mjs`.
// Other arguments go to ava.
import { spawnSync } from "node:child_process";

const args = process.argv.slice(2);
const slow = args.includes("--slow");
const ava = ["npx", ["ava", ...args.filter((arg) => arg !== "--slow")]];
const suites = slow ? [ava] : [["cargo", ["test", "--quiet"]], ava];

for (const [command, suiteArgs] of suites) {
  console.log(`› ${command} ${suiteArgs.join(" ")}`);
  const { status } = spawnSync(command, suiteArgs, {
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, TEST_SET: slow ? "slow" : "fast" },
  });
  if (status !== 0) process.exit(status ?? 1);
}
