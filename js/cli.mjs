#!/usr/bin/env node
// `vinext-cache-key`: see, explain and purge keys from a shell.
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { CliError, UsageError } from "./cli/errors.mjs";
import { ReaderGone, print, stderr } from "./cli/output.mjs";
import { json, visibleLines, withoutPassword } from "./cli/text.mjs";

const HELP = `vinext-cache-key <command> [options]

See, explain and purge the "use cache" keys of vinext's deployments.

  explain [dir]          show what scopes the keys of a vinext project, and why
  inspect [store|key…]   show which deployment and function each key belongs to
  purge <store>          delete what other deployments left in Redis, Valkey or Workers KV
  stale --keep <seed>    filter a list of keys: write those of other deployments
  prefix <seed>          print the prefix of all keys of a deployment

  --help                 print this help, or after a command its help
  --version              print the version

  npx vinext-cache-key explain
  npx vinext-cache-key inspect redis://localhost:6379 | less
  npx vinext-cache-key purge redis://localhost:6379 --keep v2
  redis-cli --scan | npx vinext-cache-key stale --keep v2 > stale-keys

Exit codes: 0 done, 1 not possible or not complete (stderr says why), 2 wrong usage, 128 plus the number of the signal
that ended the command (141 if the reader of its output stops, such as head).`;

const commands = {
  explain: () => import("./cli/explain.mjs"),
  inspect: () => import("./cli/inspect.mjs"),
  purge: () => import("./cli/purge.mjs"),
  stale: () => import("./cli/stale.mjs"),
  prefix: () => import("./cli/prefix.mjs"),
};

/** @param {string[]} args */
async function main([name = "--help", ...args]) {
  if (name === "--help" || name === "-h" || name === "help") return print(HELP);
  if (name === "--version") return print(createRequire(import.meta.url)("../package.json").version);
  if (!Object.hasOwn(commands, name)) throw new UsageError(`there is no command "${withoutPassword(name)}"`);
  const { help, options, run } = await commands[/** @type {keyof typeof commands} */ (name)]();
  const { values, positionals } = parse(args, {
    ...options,
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help) return print(help);
  try {
    await run(values, positionals);
  } catch (error) {
    if (values.json) await printCode(error);
    throw error;
  }
}

/** With --json, an error with a code is printed as JSON on stdout, for programs that read it there. */
async function printCode(/** @type {unknown} */ error) {
  if (!(error instanceof CliError) || !("code" in error)) return;
  const { code, message } = error;
  await print(json({ error: { code, message } }));
}

/** @param {string[]} args @param {import("node:util").ParseArgsOptionsConfig} options @returns {{ values: any, positionals: string[] }} */
function parse(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // The first sentence says what is wrong. Node may add advice on names that start with a dash.
    throw new UsageError(/** @type {Error} */ (error).message.split(". ", 1)[0]);
  }
}

/** Prints an error. Only a bug in this program is shown with its stack. */
function report(/** @type {unknown} */ error) {
  if (error instanceof ReaderGone) return;
  const { message, stack, syscall } = /** @type {NodeJS.ErrnoException} */ (error);
  const known = error instanceof CliError || syscall;
  return stderr.write(`${visibleLines((known ? `vinext-cache-key: ${message}` : stack) ?? String(error))}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // If stderr cannot be written to either, only the exit code tells.
  await report(error)?.catch(() => {});
  // All output is written. Input that is still open would keep the process alive.
  process.exit(error instanceof CliError ? error.exitCode : 1);
}
