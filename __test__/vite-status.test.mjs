// The line that a build prints about its keys. Slow suites compare it in whole builds.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { implementation } from "../index.js";
import { readRecord } from "../js/build-record.mjs";
import { recorderFor } from "../js/vite/recorder.mjs";

const NATIVELY = implementation.kind === "native" ? `natively (${implementation.target})` : "in JavaScript";
const NO_OPTIONS = { pages: false, fileMetadata: false, runtimeDeploymentId: false };
const OURS = { "use-cache": true, pages: true };

/** The line of a build. `families` tells of each family in it whether the plugin has rewritten its code. */
function lineOf(t, { runtime, families = OURS, deploymentId = null, options = {} }) {
  const root = mkdtempSync(join(tmpdir(), "status-"));
  t.teardown(() => rmSync(root, { recursive: true }));
  const server = join(root, "dist/server");
  mkdirSync(server, { recursive: true });
  writeFileSync(join(server, "BUILD_ID"), "b1");
  writeFileSync(join(server, "index.js"), "");
  const lines = [];
  const recorder = recorderFor({
    root,
    build: {},
    environments: { rsc: {} },
    logger: { info: (line) => lines.push(line) },
  });
  const modules = Object.fromEntries(Object.keys(families).map((id) => [id, { renderedExports: ["key"] }]));
  recorder.add(
    runtime,
    server,
    { "index.js": { type: "chunk", fileName: "index.js", modules } },
    (family) => ({
      family,
      derivedBy: ["key"],
      rewritten: families[family],
    }),
  );
  recorder.end({
    package: "0.1.0",
    vinext: "1.4.0",
    deploymentId,
    options: { ...NO_OPTIONS, ...options },
  });
  t.is(lines.length, 1);
  t.is(readRecord(server, "b1").runtime, runtime);
  return lines[0];
}

test("the line of a build says that the package does not load, and why", (t) => {
  const require = createRequire(import.meta.url);
  delete require.cache[require.resolve("vinext-cache-key")];
  process.env.VINEXT_CACHE_KEY = "Native";
  const line = lineOf(t, { runtime: "node" });
  // Before the next test, which a teardown would not be.
  delete process.env.VINEXT_CACHE_KEY;
  t.regex(line, /natively, but the package does not load on this machine \(ERR_UNKNOWN_IMPLEMENTATION\)/);
});

const RUNTIME = { pages: true, runtimeDeploymentId: true };

for (const [title, build, line] of [
  [
    "a Worker with a deployment ID",
    { runtime: "workers", deploymentId: "v2", options: { pages: true } },
    '"use cache" keys and pages are scoped by deployment ID "v2"; derived by vinext',
  ],
  [
    "a Worker without a deployment ID",
    { runtime: "workers", families: { "use-cache": false, pages: false } },
    `"use cache" keys are scoped by build ID "b1"; derived by vinext; page keys are vinext's own`,
  ],
  [
    "a Worker with run-time identity",
    { runtime: "workers", options: RUNTIME },
    '"use cache" keys and pages are scoped by NEXT_DEPLOYMENT_ID of each Worker; derived by vinext',
  ],
  [
    "a Worker with run-time identity and a binding",
    { runtime: "workers", options: { ...RUNTIME, versionMetadataBinding: "RELEASE" } },
    '"use cache" keys and pages are scoped by NEXT_DEPLOYMENT_ID or the version ID of each Worker; derived by vinext',
  ],
  [
    "a Worker without cached functions",
    { runtime: "workers", families: { pages: true }, deploymentId: "v2", options: { pages: true } },
    'pages are scoped by deployment ID "v2"',
  ],
  [
    "a server with a deployment ID",
    { runtime: "node", deploymentId: "v2", options: { pages: true } },
    `"use cache" keys and pages are scoped by deployment ID "v2"; derived ${NATIVELY}`,
  ],
  [
    "a server with run-time identity",
    { runtime: "node", options: RUNTIME },
    `"use cache" keys and pages are scoped by NEXT_DEPLOYMENT_ID of each server; derived ${NATIVELY}`,
  ],
  [
    "a server of an unknown vinext",
    { runtime: "node", families: { "use-cache": false, pages: false }, deploymentId: "v2" },
    `"use cache" keys are scoped by deployment ID "v2"; derived by vinext; page keys are vinext's own`,
  ],
  [
    "a server without cached functions",
    { runtime: "node", families: { pages: false } },
    `there are no "use cache" keys; page keys are vinext's own`,
  ],
]) {
  test(`the line of a build: ${title}`, (t) => t.is(lineOf(t, build), `vinext-cache-key: ${line}`));
}
