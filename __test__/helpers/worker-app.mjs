// The example for Workers in a copy of its own, with options for each build and an entry that lets Node call into it.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ExampleWorker } from "../../scripts/demo/workers/app.mjs";
import { modernNode } from "../../scripts/lib/modern-node.mjs";

export { installExample } from "../../scripts/demo/workers/app.mjs";
export { workerdRunsHere } from "../../scripts/lib/worker-versions.mjs";

const PLUGIN = /vinextCacheKey\(\{.*?\}\)/s;
const ADAPTER = 'fileURLToPath(new URL("cache/kv.js", import.meta.url))';
const PLAIN_ADAPTER =
  'fileURLToPath(import.meta.resolve("@vinext/cloudflare/cache/kv-data-adapter.runtime"))';

/**
 * @param {{ env?: Record<string, string>, plain?: boolean }} [options] `env` is the environment of each build. A plain app
 *   has vinext's own entry and Cloudflare's own adapter.
 */
export function createWorker({ env, plain = false } = {}) {
  const app = new ExampleWorker({ env: { BUILD_ID: "build-1", ...env } });
  const file = (name) => join(app.root, name);
  const edit = (name, from, to) => {
    const text = readFileSync(file(name), "utf8");
    const edited = text.replace(from, () => to);
    if (edited === text) throw new Error(`The example's ${name} has no ${from}`);
    writeFileSync(file(name), edited);
  };
  if (plain) {
    edit("wrangler.jsonc", "./worker/index.js", "vinext/server/fetch-handler");
    edit("vite.config.js", ADAPTER, PLAIN_ADAPTER);
  } else {
    renameSync(file("worker/index.js"), file("worker/app.js"));
    cpSync(new URL("worker-entry.js", import.meta.url), file("worker/index.js"));
  }
  edit("vite.config.js", PLUGIN, "vinextCacheKey(JSON.parse(process.env.OPTIONS))");

  return {
    root: app.root,
    edit,
    write: (name, text) => writeFileSync(file(name), text),
    remove: (...names) => names.forEach((name) => rmSync(file(name), { recursive: true })),
    /** Builds into the folder `name`. `options` are the plugin's; `null` leaves it out. */
    build: (name, options, env) =>
      app.build(name, { OPTIONS: JSON.stringify(options), ...(options ? {} : { STOCK: "1" }), ...env }),
    start: (...args) => app.start(...args),
    /** A folder with the files that a deployment of a build uploads. */
    upload(build) {
      const require = createRequire(join(app.root, "package.json"));
      const wrangler = join(require.resolve("wrangler/package.json"), "../bin/wrangler.js");
      const config = join(app.root, build, "server/wrangler.json");
      const args = [wrangler, "deploy", "--dry-run", "--config", config, "--outdir", file(`${build}-upload`)];
      const quiet = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
      execFileSync(modernNode(), args, { cwd: app.root, env: { ...process.env, ...quiet }, stdio: "pipe" });
      return file(`${build}-upload`);
    },
    close: () => app.close(),
  };
}
