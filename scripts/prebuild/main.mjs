// `npm run prebuild`: builds the binaries that are published, each into its platform's package.
import { execFile } from "node:child_process";
import { copyFileSync, rmSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { parseArgs } from "node:util";
import { Listr, PRESET_TIMER } from "listr2";
import pc from "picocolors";
import { canBuild, installDebianCompiler, installZig, plan, usesDebian, usesZig } from "./toolchain.mjs";
import { targets } from "./targets.mjs";

const HELP = `npm run prebuild -- [platform…]

Builds the addon for these platforms, or for all that this machine can build for, into npm/<platform>/.

${targets.map(({ platform, triple }) => `  ${platform.padEnd(20)} ${triple}`).join("\n")}

zig, from PyPI, is the linker, so Python 3 is needed. Rust's own library is built along, from \`rustup component add rust-src\`,
else by Debian's compiler, whose packages are unpacked under target/prebuild/: nothing is installed.`;

const WINDOWS = "is built on Windows, by the release workflow: no linker for MSVC runs elsewhere";

const run = promisify(execFile);
const look = { timer: PRESET_TIMER, showErrorMessage: false };

/** The reason why this machine cannot build for a target, or `undefined` if it can. */
function obstacle({ platform }) {
  if (platform.startsWith("win32")) return WINDOWS;
  if (!canBuild()) return "needs the source of Rust's library: rustup component add rust-src";
}

/** The targets to build for. A named target that cannot be built is an error. Without names, such targets are skipped with a message. */
function choose(names) {
  const unknown = names.find((name) => !targets.some(({ platform }) => platform === name));
  if (unknown) throw new Error(`There is no platform ${unknown}. These are: npm run prebuild -- --help`);
  const wanted = targets.filter(({ platform }) => names.length === 0 || names.includes(platform));
  const possible = wanted.filter((target) => !obstacle(target));
  for (const target of wanted) {
    const reason = obstacle(target);
    if (!reason) continue;
    if (names.length > 0) throw new Error(`${target.platform} ${reason}.`);
    console.error(pc.dim(`${target.platform} ${reason}.`));
  }
  return possible;
}

async function build(target) {
  const { args, env, built } = plan(target);
  await run("cargo", args, { env, maxBuffer: 2 ** 26 });
  // Not overwritten: a process that has mapped the old file would run the new file's code.
  rmSync(target.file, { force: true });
  copyFileSync(built, target.file);
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", default: false } },
  });
  if (values.help) return console.log(HELP);
  const chosen = choose(positionals);
  const steps = [
    {
      title: "zig and cargo-zigbuild",
      enabled: () => chosen.some(({ triple }) => usesZig(triple)),
      task: installZig,
    },
    {
      title: "Debian's compiler",
      enabled: () => usesDebian(),
      task: installDebianCompiler,
    },
    ...chosen.map((target) => ({ title: target.platform, task: () => build(target) })),
  ];
  await new Listr(steps, { rendererOptions: look, fallbackRendererOptions: look }).run();
  for (const { platform, file } of chosen) {
    console.log(`${platform.padEnd(20)} ${(statSync(file).size / 1024).toFixed(0).padStart(5)} KB`);
  }
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  console.error(pc.red(`✗ ${error.stderr?.trim() || error.message}`));
}
