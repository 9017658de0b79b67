// The core's tests, then random calls of the addon from Node, under valgrind's memcheck. Fails on any error that
// valgrind.supp does not explain, and on memory that nothing points to at the end.
//   npm run valgrind
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));

/** The binary that `cargo test` would run for the crate itself. */
function testBinary() {
  const cargo = ["test", "--lib", "--no-run", "--message-format=json"];
  const messages = execFileSync("cargo", cargo, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const built = messages
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return built.find(({ executable }) => executable).executable;
}

function memcheck(title, ...command) {
  console.log(`› ${title}`);
  const options = [
    "--error-exitcode=99",
    "--leak-check=full",
    "--show-leak-kinds=definite",
    "--errors-for-leak-kinds=definite",
    "--suppressions=__test__/long/valgrind.supp",
  ];
  const env = { ...process.env, VINEXT_CACHE_KEY: "native" };
  const { status, error } = spawnSync("valgrind", [...options, ...command], { stdio: "inherit", env });
  if (error) console.error(`valgrind does not start: ${error.message}`);
  if (status !== 0) process.exit(1);
}

memcheck("the core's tests", testBinary(), "--test-threads=1");
memcheck(
  "1,000 random calls of each implementation",
  process.execPath,
  "__test__/long/fuzz.mjs",
  "--cases",
  "1000",
);
console.log("No error.");
