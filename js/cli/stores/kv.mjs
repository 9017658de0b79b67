// Workers KV, through Wrangler: the local one by its API, the deployed one by its commands.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { StoreError, UsageError } from "../errors.mjs";
import { exitOnSignals } from "../signals.mjs";
import { withoutPassword } from "../text.mjs";
import { countFailure, wordsOf } from "./store.mjs";

/** KV lists this many names in one page. Wrangler reports no counts, so a larger deletion would fail as a whole. */
const PAGE = 1000;
/** The local KV deletes one name at a time: this many calls run side by side. */
const AT_ONCE = 50;
/** After this time Wrangler counts as stuck. Listing takes one request per 1,000 names. */
const LIST_MINUTES = 60;
const DELETE_MINUTES = 10;

/** @param {string} binding @param {boolean} remote @returns {Promise<import("./store.mjs").Store>} */
export async function openKv(binding, remote) {
  if (!/^\w+$/.test(binding))
    throw new UsageError(`"${withoutPassword(binding)}" is not the name of a KV binding`);
  return remote ? openRemote(binding) : openLocal(binding);
}

/**
 * The project's own Wrangler.
 *
 * @returns {{ resolve: (name: string) => string, command: string } | undefined}
 */
function findWrangler() {
  const { resolve } = createRequire(join(process.cwd(), "package.json"));
  let manifestPath;
  try {
    manifestPath = resolve("wrangler/package.json");
  } catch {
    return;
  }
  const { bin, engines, version } = JSON.parse(readFileSync(manifestPath, "utf8"));
  const needed = Number(/\d+/.exec(engines?.node ?? "0")?.[0]);
  if (Number(process.versions.node.split(".", 1)[0]) < needed) {
    throw new StoreError(
      "CLIENT",
      `Workers KV is read by wrangler ${version}, which needs Node ${needed} or newer; this is Node ${process.versions.node}`,
    );
  }
  return { resolve, command: join(dirname(manifestPath), bin.wrangler) };
}

/** @param {(name: string) => string} resolve */
async function loadWrangler(resolve) {
  try {
    return await import(pathToFileURL(resolve("wrangler")).href);
  } catch (error) {
    throw new StoreError(
      "CLIENT",
      `wrangler cannot be loaded: ${wordsOf(error)}. Install it again: npm install --save-dev wrangler`,
    );
  }
}

/** @param {string} binding @returns {Promise<import("./store.mjs").Store>} */
async function openLocal(binding) {
  const wrangler = findWrangler();
  if (!wrangler) {
    throw new StoreError(
      "CLIENT",
      "local Workers KV needs wrangler in this project: npm install --save-dev wrangler",
    );
  }
  // Wrangler's own lines would be among the keys on stdout.
  process.env.WRANGLER_LOG ??= "error";
  const { getPlatformProxy } = await loadWrangler(wrangler.resolve);
  // Without this, a binding that is marked as remote would be the deployed store.
  const proxy = await getPlatformProxy({ remoteBindings: false }).catch((/** @type {unknown} */ error) => {
    throw new StoreError("UNREACHABLE", `the local Workers KV does not start: ${wordsOf(error)}`);
  });
  const kv = proxy.env[binding];
  if (typeof kv?.list !== "function") {
    await proxy.dispose();
    throw new StoreError(
      "UNREACHABLE",
      `the Wrangler configuration in ${process.cwd()} has no KV binding ${binding}`,
    );
  }
  return {
    name: `local Workers KV ${binding}`,
    nodes: [
      {
        name: binding,
        async *keys() {
          // Not `wrangler kv key list --local`: it ends after the first page, and reports no error.
          /** @type {string | undefined} */
          let cursor;
          for (;;) {
            /** @type {{ keys: { name: string }[], list_complete: boolean, cursor?: string }} */
            const page = await kv.list({ limit: PAGE, cursor }).catch((/** @type {unknown} */ error) => {
              throw new StoreError("UNREADABLE", `${binding}: the keys cannot be listed: ${wordsOf(error)}`);
            });
            if (page.keys.length > 0) yield page.keys.map(bytesOf);
            if (page.list_complete) return;
            cursor = page.cursor;
          }
        },
        async delete(keys) {
          /** @type {Map<string, number>} */
          const failures = new Map();
          let [deleted, unanswered] = [0, 0];
          for (let start = 0; start < keys.length; start += AT_ONCE) {
            const some = keys.slice(start, start + AT_ONCE);
            const outcomes = await Promise.allSettled(some.map((key) => kv.delete(String(key))));
            for (const outcome of outcomes) {
              if (outcome.status === "fulfilled") deleted += 1;
              else {
                unanswered += 1;
                countFailure(failures, `${binding}: ${wordsOf(outcome.reason)}`);
              }
            }
          }
          return { deleted, missing: 0, unanswered, failures };
        },
      },
    ],
    elsewhere: async () => "this is the local KV: pass --remote for the deployed one",
    close: () => proxy.dispose(),
  };
}

/** @param {string} binding @returns {import("./store.mjs").Store} */
function openRemote(binding) {
  const wrangler = findWrangler();
  exitOnSignals();
  const run = (/** @type {string[]} */ args, /** @type {number} */ minutes) =>
    runWrangler(wrangler?.command, args, minutes);
  return {
    name: `deployed Workers KV ${binding}`,
    nodes: [
      {
        name: binding,
        async *keys() {
          const list = ["kv", "key", "list", "--binding", binding, "--remote"];
          const names = parseList(await run(list, LIST_MINUTES));
          for (let start = 0; start < names.length; start += PAGE) {
            yield names.slice(start, start + PAGE).map(bytesOf);
          }
        },
        async delete(keys) {
          const folder = mkdtempSync(join(tmpdir(), "vinext-cache-key-"));
          const remove = () => rmSync(folder, { recursive: true, force: true });
          process.once("exit", remove);
          try {
            const file = join(folder, "names.json");
            writeFileSync(file, JSON.stringify(keys.map(String)), { mode: 0o600 });
            const bulkDelete = ["kv", "bulk", "delete", file, "--binding", binding, "--remote", "--force"];
            await run(bulkDelete, DELETE_MINUTES);
            return { deleted: keys.length, missing: 0, unanswered: 0, failures: new Map() };
          } catch (error) {
            const { message } = /** @type {Error} */ (error);
            return {
              deleted: 0,
              missing: 0,
              unanswered: keys.length,
              failures: new Map([[message, keys.length]]),
            };
          } finally {
            process.off("exit", remove);
            remove();
          }
        },
      },
    ],
    elsewhere: async () => undefined,
    close: async () => {},
  };
}

const bytesOf = (/** @type {{ name: string }} */ { name }) => Buffer.from(name);

/** @param {string} text @returns {{ name: string }[]} */
function parseList(text) {
  try {
    // Wrangler may print other lines before it. WRANGLER_LOG=error would suppress the list as well.
    const list = JSON.parse(text.slice(text.search(/^\[/m)));
    if (Array.isArray(list) && list.every((item) => typeof item?.name === "string")) return list;
  } catch {
    // Reported below, like JSON that is not a list of names.
  }
  throw new StoreError(
    "UNREADABLE",
    `wrangler kv key list did not print a list of names: ${text.slice(0, 200)}`,
  );
}

/**
 * Runs a Wrangler command and returns its output. If it fails, its own output is the error message.
 *
 * @param {string | undefined} command @param {string[]} args @param {number} minutes
 */
async function runWrangler(command, args, minutes) {
  const [file, ...first] = command ? [process.execPath, command] : ["wrangler"];
  const name = `wrangler ${args.slice(0, 3).join(" ")}`;
  const limit = AbortSignal.timeout(minutes * 60_000);
  const { code, out, err } = await outcomeOf(file, [...first, ...args], limit).catch((error) => {
    if (limit.aborted) throw new StoreError("UNREADABLE", `${name} did not end within ${minutes} minutes`);
    const reason = error.code === "ENOENT" ? "" : `, which cannot be started: ${wordsOf(error)}`;
    throw new StoreError("CLIENT", `Workers KV needs wrangler${reason}: npm install --save-dev wrangler`);
  });
  if (code === 0) return out;
  const words = stripVTControlCharacters(`${err}${out}`).trim();
  throw new StoreError("UNREADABLE", `${name} failed: ${words || `exit code ${code}`}`);
}

/** @param {string} file @param {string[]} args @param {AbortSignal} signal Ends it. */
async function outcomeOf(file, args, signal) {
  const child = spawn(file, args, {
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    // A terminal sends Ctrl-C to all processes of a group. Wrangler would stop in the middle of its batch, with exit code 0.
    detached: process.platform !== "win32",
  });
  const end = () => child.kill();
  process.once("exit", end);
  const [out, err] = [child.stdout, child.stderr].map((stream) => {
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    return () => text;
  });
  const [code] = await once(child, "close").finally(() => process.off("exit", end));
  return { code, out: out(), err: err() };
}
