// Tests a Worker without `nodejs_compat`: both build tools name the missing flag, and workerd names the module.
import test from "ava";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { startVersions, workerdRunsHere } from "../scripts/lib/worker-versions.mjs";
import { installExample } from "./helpers/worker-app.mjs";

const EXAMPLE = fileURLToPath(new URL("../examples/workers", import.meta.url));
const VITE = fileURLToPath(new URL("../node_modules/vite/bin/vite.js", import.meta.url));
const WRANGLER = join(EXAMPLE, "node_modules/wrangler/bin/wrangler.js");
const WRANGLER_ENV = { NO_COLOR: "1", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };

/** From this compatibility date on, `nodejs_compat` is set by default. */
const FLAG_BY_DEFAULT = "2026-08-04";
const BEFORE = "2026-08-03";

const inWorkerd = workerdRunsHere ? test.serial : test.serial.skip;

/** A folder with a Worker that uses the package, for this compatibility date and with these flags. */
function createWorker(t, { date, flags = [] }) {
  installExample();
  const root = mkdtempSync(join(EXAMPLE, "test-"));
  t.teardown(() => rmSync(root, { recursive: true }));
  const write = (name, text) => writeFileSync(join(root, name), text);
  const config = { name: "worker", main: "worker.js", compatibility_date: date, compatibility_flags: flags };
  write("wrangler.json", JSON.stringify(config));
  write(
    "worker.js",
    `import { useCacheKeyPrefix } from "vinext-cache-key";
export default { fetch: () => new Response(useCacheKeyPrefix("v1")) };`,
  );
  write(
    "vite.config.mjs",
    `import { cloudflare } from "@cloudflare/vite-plugin";
export default { plugins: [cloudflare()] };`,
  );
  return root;
}

/** Runs a build tool in a Worker's folder; returns all that it prints. */
function build(root, ...command) {
  const env = { ...process.env, ...WRANGLER_ENV };
  const { status, stdout, stderr } = spawnSync(modernNode(), command, { cwd: root, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return stdout + stderr;
}

const buildWithVite = (root) => build(root, VITE, "build");
// Without a named configuration, Wrangler would take the one that a build of the example itself has left in the folder above.
const deployment = ["deploy", "--config=wrangler.json", "--dry-run", "--outdir=dist/worker"];
const buildWithWrangler = (root) => build(root, WRANGLER, ...deployment);

/** Starts what Vite built in workerd; returns a response. */
async function respond(t, root) {
  const output = join(root, "dist/worker");
  const running = await startVersions(output, { version: {} });
  t.teardown(() => running.stop());
  return running.versions.version.request("/");
}

inWorkerd("without nodejs_compat, Wrangler and Vite name the flag and the file that needs it", (t) => {
  const root = createWorker(t, { date: BEFORE });
  for (const output of [buildWithWrangler(root), buildWithVite(root)]) {
    t.regex(output, /node:crypto/);
    t.regex(output, /enable the "nodejs_compat" compatibility flag/);
    t.regex(output, /js\/portable\.mjs/);
  }
});

inWorkerd("without nodejs_compat, the Worker does not start, and workerd names the module", async (t) => {
  const root = createWorker(t, { date: BEFORE });
  buildWithVite(root);
  await t.throwsAsync(respond(t, root), { message: /No such module \\?"node:crypto/ });
});

for (const [title, options] of [
  ["with nodejs_compat", { date: BEFORE, flags: ["nodejs_compat"] }],
  [`with compatibility date ${FLAG_BY_DEFAULT}`, { date: FLAG_BY_DEFAULT }],
]) {
  inWorkerd(`${title}, nothing is warned of and the Worker answers`, async (t) => {
    const root = createWorker(t, options);
    for (const output of [buildWithWrangler(root), buildWithVite(root)]) t.notRegex(output, /nodejs_compat/);
    t.is(await respond(t, root), "use-cache:build:v1:");
  });
}
