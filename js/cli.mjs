#!/usr/bin/env node
// `vinext-cache-key`: see, explain and purge keys from a shell.
import { createRequire } from "node:module";
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { CliError, UsageError } from "./cli/errors.mjs";

const HELP = `vinext-cache-key <command> [options]

See, explain and purge the "use cache" keys of vinext's deployments.

  explain [dir]          what scopes the keys of a vinext project, and why
  inspect [key…]         whose keys these are, and of which functions
  stale --keep <seed>    of a list of keys, those of other deployments
  prefix <seed>          what all keys of a deployment start with

  --help                 print this, or behind a command its own help
  --version              print the version

  npx vinext-cache-key explain
  redis-cli --scan | npx vinext-cache-key inspect | less
  redis-cli --scan | npx vinext-cache-key stale --keep v2 > stale-keys

Exit codes: 0 done, 1 not possible (stderr says why), 2 wrong usage, 128 and the signal's number where one ended it.`;

const commands = {
  explain: () => import("./cli/explain.mjs"),
  inspect: () => import("./cli/inspect.mjs"),
  stale: () => import("./cli/stale.mjs"),
  prefix: () => import("./cli/prefix.mjs"),
};

const end = (/** @type {"SIGINT" | "SIGTERM" | "SIGPIPE"} */ signal) =>
  process.exit(128 + constants.signals[signal]);
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.once(signal, () => end(signal));
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
    // Nobody reads any more, as behind `| head`.
    if (error.code === "EPIPE") end("SIGPIPE");
    throw error;
  });
}

/** @param {string[]} args */
async function main([name = "--help", ...args]) {
  if (name === "--help" || name === "-h" || name === "help") return console.log(HELP);
  if (name === "--version") return console.log(createRequire(import.meta.url)("../package.json").version);
  if (!Object.hasOwn(commands, name)) throw new UsageError(`there is no command "${name}"`);
  const { help, options, run } = await commands[/** @type {keyof typeof commands} */ (name)]();
  const { values, positionals } = parse(args, {
    ...options,
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  return values.help ? console.log(help) : run(values, positionals);
}

/** @param {string[]} args @param {import("node:util").ParseArgsOptionsConfig} options @returns {{ values: any, positionals: string[] }} */
function parse(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    // The first sentence says what is wrong; what may follow is advice on names that start with a dash.
    throw new UsageError(/** @type {Error} */ (error).message.split(". ", 1)[0]);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof CliError ? error.exitCode : 1;
  // Anything else but a full disk and its like is a fault of the program, of which the stack is needed.
  const { message, syscall } = /** @type {NodeJS.ErrnoException} */ (error);
  console.error(error instanceof CliError || syscall ? `vinext-cache-key: ${message}` : error);
}
