// Runs versions of one built Worker side by side in one workerd, over one KV namespace. Miniflare runs in a process of its own,
// because it needs a newer Node than this package.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { address, launch, requester } from "./vinext-server.mjs";

const SERVING = /^Serving (\{.*\})$/m;

/** workerd has binaries for these platforms only. */
export const workerdRunsHere =
  ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"].includes(
    `${process.platform}-${process.arch}`,
  ) &&
  (process.platform !== "linux" || Boolean(process.report.getReport().header.glibcVersionRuntime));

/**
 * Serves versions of a built Worker, until `stop` or the signal.
 *
 * @param {string} folder The output of the build for workerd, with a `wrangler.json`.
 * @param {Record<string, { vars?: Record<string, unknown>, versionMetadata?: string }>} versions The bindings of each: its
 *   variables, and the name of a binding with Cloudflare's metadata of the version.
 * @param {{ kv?: string, signal?: AbortSignal }} [options] `kv` is the folder with the data of KV.
 */
export async function startVersions(folder, versions, { kv, signal } = {}) {
  const program = fileURLToPath(import.meta.url);
  const server = launch([program, JSON.stringify({ folder, versions, kv })], folder, { signal });
  const urls = JSON.parse(await address(server, SERVING, { signal }));
  // workerd closes an idle connection after 5 seconds. On a busy machine `fetch` still uses it then, and gets ECONNRESET.
  const started = Object.entries(urls).map(([name, url]) => {
    return [name, { url, request: requester(url, server, { signal, headers: { connection: "close" } }) }];
  });
  return { versions: Object.fromEntries(started), stop: server.stop, output: server.output };
}

async function serve({ folder, versions, kv }) {
  const require = createRequire(path.join(folder, "wrangler.json"));
  const { Log, LogLevel, Miniflare, convertV4MiniflareOptions } = require("miniflare");
  const { unstable_getMiniflareWorkerOptions: readConfig } = require("wrangler");
  const { main, workerOptions } = readConfig(path.join(folder, "wrangler.json"));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const chunks = files.filter((file) => /\.m?js$/.test(file)).map((file) => path.join(folder, file));
  // The first module is the entry.
  const modules = [main, ...chunks.filter((file) => file !== main)].map((file) => ({
    type: "ESModule",
    path: file,
  }));
  const workers = Object.entries(versions).map(([name, { vars, versionMetadata }]) => ({
    ...workerOptions,
    name,
    rootPath: folder,
    modulesRoot: folder,
    modules,
    bindings: vars ?? {},
    versionMetadata,
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  }));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers,
      resourcePersistencePath: kv,
      log: new Log(LogLevel.WARN),
      // Otherwise Miniflare looks up its location in the network.
      cf: false,
    }),
  );
  await miniflare.ready;
  const urls = {};
  for (const name of Object.keys(versions)) urls[name] = await miniflare.unsafeGetDirectURL(name);
  console.log(`Serving ${JSON.stringify(urls)}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => miniflare.dispose());
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await serve(JSON.parse(process.argv[2]));
}
