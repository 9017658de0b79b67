// What the binaries under npm/ need and export, as LIEF reads them. `npm run prebuild` builds them. Where LIEF cannot be installed, the
// tests are skipped and say so.
import { existsSync } from "node:fs";
import path from "node:path";
import test from "ava";
import { implementation } from "../index.js";
import { installReader, readBinary } from "../scripts/platforms/binary.mjs";
import { targets } from "../scripts/prebuild/targets.mjs";

/** The files of the C library on every system that runs Node 20. */
const C_LIBRARIES = {
  gnu: /^(?:lib(?:c|dl|m|pthread)\.so\.\d|ld-linux.*\.so\.\d)$/,
  musl: /^libc\.so$/,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
};

/** Names that C reserves for compilers and linkers, which add symbols of their own. */
const RESERVED = /^_(?:_|mh_)/;

const newest = (versions) =>
  versions
    .map((version) => version.split(/[_.]/).slice(1).map(Number))
    .sort(([a, b], [c, d]) => a - c || b - d)
    .at(-1);

const missing = await installReader().then(
  () => undefined,
  (error) => error.message.split("\n", 1)[0],
);
const read = missing === undefined ? test : test.skip;
const unread = missing === undefined ? "" : `, not read because LIEF is not installed: ${missing}`;

read(`the binary under test is for this processor and exports Node-API's entry${unread}`, async (t) => {
  const { cpu, exports } = await readBinary(implementation.binary);
  t.is(cpu, process.arch);
  t.true(exports.includes("napi_register_module_v1"));
});

for (const { platform, file } of targets) {
  const [system, cpu, abi] = platform.split("-");
  if (system === "win32") {
    test.skip(`${platform}: built on Windows, by the release workflow`, () => {});
    continue;
  }
  const built = existsSync(file);
  const title = built ? `${platform}${unread}` : `${platform} is not built: npm run prebuild -- ${platform}`;

  (built ? read : test.skip)(title, async (t) => {
    const { exports, libraries, ...facts } = await readBinary(file);
    t.is(facts.cpu, cpu);
    t.deepEqual(
      exports.filter((name) => !RESERVED.test(name)),
      ["napi_register_module_v1"],
    );
    const allowed = C_LIBRARIES[system === "darwin" ? system : abi.slice(0, 3) === "gnu" ? "gnu" : abi];
    for (const library of libraries) t.regex(library, allowed, path.basename(file));
    if (system === "darwin") {
      t.is(facts.macos, cpu === "arm64" ? "11.0" : "10.13");
      t.is(facts.signed, cpu === "arm64" || facts.signed);
    } else if (abi === "musl") {
      t.deepEqual(facts.glibc, []);
    } else {
      const [major, minor] = newest(facts.glibc);
      t.true(major === 2 && minor <= 17, facts.glibc.join());
    }
  });
}
