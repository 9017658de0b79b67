// Tests addons that are broken on purpose: the differential suite notices each wrong constant, and JavaScript survives a panic.
import test from "ava";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildVariant } from "./helpers/variant.mjs";

const fuzz = fileURLToPath(new URL("./long/fuzz.mjs", import.meta.url));
/** As many random cases as in the fast set of suites. */
const CASES = 100_000;

const mistakes = {
  "where a byte of a shape is": {
    file: "src/node/fast.rs",
    from: "let [files, page, layout, entries]",
    to: "let [files, layout, page, entries]",
    breaks: "flightArgumentsKey is vinext's",
  },
  "the alphabet of digests": {
    file: "src/flight_arguments/digest.rs",
    from: '789-_"',
    to: '789_-"',
    breaks: "flightArgumentsKey is vinext's",
  },
  "where three bytes of UTF-8 begin": {
    file: "src/json/utf16/vectors.rs",
    from: "!(units & 0xf800)",
    to: "!(units & 0xf000)",
    breaks: "flightArgumentsKey is vinext's",
  },
  "the end of a buffer": {
    file: "src/node/call.rs",
    from: "read + 1 < free",
    to: "read < free",
    breaks: "buildUseCacheKey is vinext's",
  },
  "the length of a digest": {
    file: "src/cache_key/parse.rs",
    from: "DIGEST_LENGTH: usize = 43",
    to: "DIGEST_LENGTH: usize = 42",
    breaks: "parseUseCacheKey gives back what vinext built",
  },
};

for (const [what, { breaks, ...mistake }] of Object.entries(mistakes)) {
  test.serial(`${what}: a mistake that the differential suite finds`, async (t) => {
    const addon = await buildVariant(t, "mistake", mistake);
    const { status, stdout } = spawnSync(process.execPath, [fuzz, "--cases", String(CASES)], {
      encoding: "utf8",
      // A counterexample can be megabytes long.
      maxBuffer: Infinity,
      env: { ...process.env, VINEXT_CACHE_KEY: "native", NAPI_RS_NATIVE_LIBRARY_PATH: addon },
    });
    t.is(status, 1, stdout);
    t.true(stdout.includes(`\nnative: ${breaks}`), stdout);
  });
}

test.serial("a panic becomes an error, and the process continues", async (t) => {
  const addon = await buildVariant(t, "panic", { features: "test-panic" });
  const script = `
    const { testPanic, validateDeploymentId } = require(${JSON.stringify(addon)});
    for (let round = 0; round < 1000; round++) {
      try { testPanic(); } catch (error) { if (!(error instanceof Error)) process.exit(1); continue; }
      process.exit(1);
    }
    console.log(validateDeploymentId("still-here"));`;
  const { status, stdout } = spawnSync(process.execPath, ["-e", script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.like({ status, stdout }, { status: 0, stdout: "still-here\n" });
});
