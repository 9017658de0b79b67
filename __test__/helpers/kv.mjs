// Projects with a Workers KV namespace.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildUseCacheKey } from "../../index.js";
import { modernNode } from "../../scripts/lib/modern-node.mjs";
import { launch, run } from "./cli.mjs";
import { installExample } from "./worker-app.mjs";

const repository = fileURLToPath(new URL("../..", import.meta.url));
export const BINDING = "VINEXT_KV_CACHE";
const QUIET = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };

/** As `@vinext/cloudflare` has them. */
export const keysOf = (seed, count) =>
  Array.from(
    { length: count },
    (_, index) => `cache:${buildUseCacheKey(`["/srv/a.tsx:é${index}","r"]`, seed, "[]")}`,
  );

/** An empty project. */
export function folderFor(t) {
  const folder = mkdtempSync(join(tmpdir(), "kv-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "package.json"), "{}");
  return folder;
}

/** A project with the real Wrangler and a local KV of these keys. */
export function localKv(t, keys) {
  installExample();
  const cwd = folderFor(t);
  mkdirSync(join(cwd, "node_modules"));
  const wrangler = join(repository, "examples/workers/node_modules/wrangler");
  symlinkSync(wrangler, join(cwd, "node_modules/wrangler"), "junction");
  const config = {
    name: "w",
    compatibility_date: "2026-10-01",
    kv_namespaces: [{ binding: BINDING, id: "cache" }],
  };
  writeFileSync(join(cwd, "wrangler.json"), JSON.stringify(config));
  writeFileSync(join(cwd, "entries.json"), JSON.stringify(keys.map((key) => ({ key, value: "entry" }))));
  const put = ["kv", "bulk", "put", "entries.json", "--binding", BINDING, "--local"];
  execFileSync(modernNode(), [join(wrangler, "bin/wrangler.js"), ...put], {
    cwd,
    env: { ...process.env, ...QUIET },
    stdio: "ignore",
  });
  const options = { cwd, node: modernNode(), env: QUIET };
  const cli = (...args) => run(args, options);
  const list = async () => {
    const { out } = await cli("inspect", `kv:${BINDING}`, "--json");
    return out
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line).key)
      .sort();
  };
  return { cwd, cli, list, launch: (...args) => launch(args, options) };
}
