// Tests threads that start and end during calls, and processes that load the package more than once.
import test from "ava";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { implementation } from "../index.js";
import { implementations } from "./helpers/implementations.mjs";
import { share } from "./helpers/share.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const script = (file) => fileURLToPath(new URL(`threads/${file}`, import.meta.url));

/** The exit code of a script, and the JSON it printed. */
const run = (node, ...args) =>
  new Promise((resolve) => {
    execFile(node, args, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, signal: error?.signal, stderr, ...JSON.parse(stdout || "{}") });
    });
  });

for (const node of new Set([process.execPath, modernNode()])) {
  const version = node === process.execPath ? "this Node" : "a newer Node";

  for (const [name] of implementations) {
    const threads = share(name === "native" ? 500 : 50);
    test.serial(`${name}, ${version}: ${threads} threads with environments of their own`, async (t) => {
      const outcome = await run(node, script("workers.mjs"), name, String(threads));
      t.like(outcome, { code: 7, right: threads, ended: Math.ceil(threads / 10) }, outcome.stderr);
    });
  }

  test.serial(
    `${version}: import, require, two copies on disk and other realms in one process`,
    async (t) => {
      const copy = mkdtempSync(join(tmpdir(), "vinext-cache-key-"));
      t.teardown(() => rmSync(copy, { recursive: true }));
      for (const file of ["package.json", "index.js", "js"]) {
        cpSync(join(root, file), join(copy, file), { recursive: true });
      }
      cpSync(implementation.binary, join(copy, basename(implementation.binary)));
      const outcome = await run(node, script("lives.mjs"), join(root, "index.js"), join(copy, "index.js"));
      t.like(outcome, { code: 7, wrong: [] }, outcome.stderr);
    },
  );
}
