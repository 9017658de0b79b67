// The test suites. Without a flag: Rust's, then ava's fast ones. With --slow: ava's slow ones. Other arguments go to ava.
import { spawnSync } from "node:child_process";

const args = process.argv.slice(2);
const ava = (set) => ["npx", ["ava", ...args.filter((arg) => arg !== "--slow")], set];
const fast = ava({ TEST_SET: "fast", TEST_SHARE: "0.1" });
const suites = args.includes("--slow")
  ? [ava({ TEST_SET: "timed" }), ava({ TEST_SET: "slow" })]
  : [["cargo", ["test", "--quiet"]], fast];

for (const [command, suiteArgs, set = {}] of suites) {
  console.log(`› ${command} ${suiteArgs.join(" ")}`);
  const { status } = spawnSync(command, suiteArgs, {
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
    env: { ...process.env, ...set },
  });
  if (status !== 0) process.exit(status ?? 1);
}
