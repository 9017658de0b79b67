// The test suites. Without a flag: Rust's, then ava's fast ones. With --slow: ava's slow ones. Other arguments go to ava.
import { spawnSync } from "node:child_process";

const args = process.argv.slice(2);
const slow = args.includes("--slow");
const ava = ["npx", ["ava", ...args.filter((arg) => arg !== "--slow")]];
const suites = slow ? [ava] : [["cargo", ["test", "--quiet"]], ava];
const set = slow ? { TEST_SET: "slow" } : { TEST_SET: "fast", TEST_SHARE: "0.1" };

for (const [command, suiteArgs] of suites) {
  console.log(`› ${command} ${suiteArgs.join(" ")}`);
  const { status } = spawnSync(command, suiteArgs, {
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, ...set },
  });
  if (status !== 0) process.exit(status ?? 1);
}
