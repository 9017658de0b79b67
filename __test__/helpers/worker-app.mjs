// The example for Workers, built in a copy of its own.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installIn } from "../../scripts/install-in.mjs";
import { modernNode } from "../../scripts/modern-node.mjs";
import { buildApp, startWorker } from "../../scripts/vinext-server.mjs";

const example = fileURLToPath(new URL("../../examples/workers", import.meta.url));
const FILES = ["app", "worker", "next.config.js", "package.json", "vite.config.js", "wrangler.jsonc"];

/** workerd has binaries for these alone. */
export const workerdRunsHere =
  ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"].includes(
    `${process.platform}-${process.arch}`,
  ) &&
  (process.platform !== "linux" || Boolean(process.report.getReport().header.glibcVersionRuntime));

/** The example keeps to itself what it needs, two hundred megabytes that nothing else here does. */
export const installExample = () => installIn(example);

/** A copy beside the original's `node_modules`, with `worker-entry.js` before its own entry. */
export function createWorker() {
  const root = mkdtempSync(join(example, "test-"));
  for (const file of FILES) cpSync(join(example, file), join(root, file), { recursive: true });
  renameSync(join(root, "worker/index.js"), join(root, "worker/app.js"));
  cpSync(new URL("worker-entry.js", import.meta.url), join(root, "worker/index.js"));
  return {
    root,
    build: (env) => buildApp(root, { env }),
    start: () => startWorker(root),
    /** A folder with what a deployment would upload. */
    upload() {
      const folder = join(root, "upload");
      const wrangler = join(example, "node_modules/wrangler/bin/wrangler.js");
      const args = [wrangler, "deploy", "--dry-run", "--outdir", folder];
      rmSync(folder, { recursive: true, force: true });
      execFileSync(modernNode(), args, {
        cwd: root,
        env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
      });
      return folder;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
