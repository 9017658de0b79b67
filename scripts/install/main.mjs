// `npm run test:install`: the package as users get it, from a registry, in empty projects.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Listr, PRESET_TIMER } from "listr2";
import pc from "picocolors";
import { implementation } from "../../index.js";
import { installIn } from "../install-in.mjs";
import { PLATFORMS, binaryOf, pack } from "../pack.mjs";
import { rows } from "./rows.mjs";
import { Site } from "./site.mjs";

const HELP = `npm run test:install -- [options] [text…]

Packs the package and installs it as its users do, from a registry on loopback, each row in an empty project and
without a Rust toolchain. With texts, only the rows whose titles hold one of them.

  --list  print the rows' titles
  --keep  leave the projects where they are
  --json  print results as JSON
  --help  print this`;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const AT_ONCE = 2;
const { target } = implementation;

/** The binary for this machine, as it is shipped. */
function hostBinary() {
  const shipped = binaryOf(target);
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
  if (!scripts.prebuild) return implementation.binary;
  if (!existsSync(shipped)) execFileSync("npm", ["run", "prebuild", "--", target], { cwd: ROOT });
  return shipped;
}

/** Every platform's package, as package managers ask for all of them; for other machines' binaries an empty file will do. */
function packAll(folder) {
  const npm = path.join(folder, "npm");
  for (const platform of PLATFORMS) {
    const binary = binaryOf(platform, npm);
    mkdirSync(path.dirname(binary), { recursive: true });
    if (platform === target) cpSync(hostBinary(), binary);
    else writeFileSync(binary, "");
  }
  return pack(path.join(folder, "tarballs"), PLATFORMS, npm);
}

function table(results) {
  const width = Math.max(...results.map(({ title }) => title.length));
  const line = ({ title, ok, seconds }) =>
    `${ok ? pc.green("✔") : pc.red("✖")} ${title.padEnd(width)} ${pc.dim(`${seconds.toFixed(1).padStart(6)} s`)}`;
  const failures = results.filter(({ ok }) => !ok).map(({ title, error }) => `${pc.red(title)}\n${error}`);
  return [results.map(line).join("\n"), ...failures].join("\n\n");
}

async function main({ values, positionals }, signal) {
  const chosen = rows.filter(
    ({ title }) => positionals.length === 0 || positionals.some((text) => title.includes(text)),
  );
  if (values.help) return console.log(HELP);
  if (values.list) return console.log(chosen.map(({ title }) => title).join("\n"));
  if (chosen.length === 0) throw new Error(`No row's title holds ${positionals.join(" or ")}.`);

  const work = mkdtempSync(path.join(tmpdir(), "vinext-cache-key-install-"));
  process.on("exit", () => values.keep || rmSync(work, { recursive: true, force: true }));
  if (values.keep) console.error(`The projects are in ${work}`);
  const results = [];
  let registry;
  let version;

  const attempt = async ({ title, node = "24", run }) => {
    const folder = path.join(work, title.replace(/\W+/g, "-"));
    const start = performance.now();
    const end = (error) =>
      results.push({
        title,
        ok: !error,
        seconds: (performance.now() - start) / 1000,
        ...(error && { error: error.message }),
      });
    try {
      await run(new Site({ folder, registry: registry.host, target, version, node, signal }));
      end();
    } catch (error) {
      end(error);
      throw error;
    } finally {
      if (!values.keep) rmSync(folder, { recursive: true, force: true });
    }
  };
  const tasks = [
    { title: "Install the package managers and runtimes", task: () => installIn(import.meta.dirname) },
    {
      title: "Publish the packages on loopback",
      async task() {
        const tarballs = packAll(work);
        version = tarballs.at(-1).version;
        const { startRegistry } = await import("./registry.mjs");
        registry = await startRegistry(
          path.join(work, "registry"),
          tarballs.map((tarball) => tarball.path),
        );
      },
    },
    {
      title: "Install and run",
      task: (_, task) =>
        task.newListr(
          chosen.map((row) => ({ title: row.title, task: () => attempt(row) })),
          { concurrent: AT_ONCE, exitOnError: false },
        ),
    },
  ];
  const look = { timer: PRESET_TIMER, showErrorMessage: false };
  try {
    await new Listr(tasks, {
      registerSignalListeners: false,
      renderer: values.json ? "silent" : "default",
      rendererOptions: { ...look, collapseSubtasks: false },
      fallbackRendererOptions: look,
    }).run();
  } finally {
    registry?.close();
  }
  signal.throwIfAborted();
  const ordered = chosen.map(({ title }) => results.find((result) => result.title === title));
  console.log(values.json ? JSON.stringify(ordered, null, 2) : `\n${table(ordered)}`);
  if (!ordered.every(({ ok }) => ok)) process.exitCode = 1;
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    process.exitCode ??= 128 + constants.signals[signal];
    interruption.abort(new Error(`Stopped by ${signal}.`));
  });
}

try {
  const options = Object.fromEntries(
    ["list", "keep", "json", "help"].map((name) => [name, { type: "boolean" }]),
  );
  await main(parseArgs({ options, allowPositionals: true }), interruption.signal);
} catch (error) {
  process.exitCode ??= 1;
  console.error(pc.red(`✗ ${error.message}`));
}
