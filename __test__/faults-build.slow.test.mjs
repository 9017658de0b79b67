// Tests that a build that is killed leaves no false record. docs/reliability.md has the promise.
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { readRecord } from "../js/build-record.mjs";
import { createApp } from "./helpers/vinext-app.mjs";

const app = createApp("flat", { buildId: "b1" }, { withPages: true });
const { directory } = app;
test.after.always(() => rmSync(app.root, { recursive: true, force: true }));

/** Kills the build from another thread, so that the build can be doing anything at that moment. */
const KILLER = `
  import { Worker } from "node:worker_threads";
  if (process.env.KILL_AFTER) {
    const code = "setTimeout(() => process.kill(process.pid, 'SIGKILL'), " + process.env.KILL_AFTER + ")";
    new Worker(code, { eval: true }).unref();
  }
`;
const KILLS = 8;
const DIST = join(directory, "dist");
const FOLDERS = ["server", "standalone/dist/server"].map((path) => join(DIST, path));

const build = (number, env) =>
  app.build({
    PLUGIN: "after",
    OUTPUT: "standalone",
    PRERENDER: "yes",
    OPTIONS: '{"pages":true}',
    IDENTITY: JSON.stringify({ buildId: `b${number}`, deploymentId: `v${number}` }),
    ...env,
  });

/** The content of a build's record, or `undefined` if there is no record or the commands refuse it. */
function recordIn(server) {
  const file = join(server, "BUILD_ID");
  if (!existsSync(file)) return undefined;
  try {
    return readRecord(server, readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ERR_BUILD_RECORD_MISMATCH") return undefined;
    throw error;
  }
}

/** A digest of all files of a folder. */
function digestOf(folder) {
  const hash = createHash("sha256");
  for (const path of readdirSync(folder, { recursive: true }).sort()) {
    hash.update(path);
    const file = join(folder, path);
    if (statSync(file).isFile()) hash.update(readFileSync(file));
  }
  return hash.digest("hex");
}

test("SIGKILL at any time of a build: no record, or one that is true", async (t) => {
  const config = join(directory, "vite.config.mjs");
  writeFileSync(config, KILLER + readFileSync(config, "utf8"));
  const begin = performance.now();
  await build(1);
  const duration = performance.now() - begin;
  const whole = FOLDERS.map(digestOf);
  const copy = join(app.root, "dist-of-v1");
  cpSync(DIST, copy, { recursive: true, verbatimSymlinks: true });

  const counts = { none: 0, before: 0, after: 0 };
  for (let kill = 0; kill < KILLS; kill += 1) {
    rmSync(DIST, { recursive: true, force: true });
    cpSync(copy, DIST, { recursive: true, verbatimSymlinks: true });
    // The first part of a build reads the configuration, and starts no plugin.
    const after = Math.round(duration * (0.1 + (0.9 * (kill + Math.random())) / KILLS));
    const finished = await build(2, { KILL_AFTER: after }).then(
      () => true,
      () => false,
    );
    if (finished) continue;
    for (const [index, server] of FOLDERS.entries()) {
      const record = recordIn(server);
      if (record === undefined) counts.none += 1;
      else if (record.deploymentId === "v1") {
        counts.before += 1;
        t.is(digestOf(server), whole[index], `after ${after} ms`);
      } else {
        counts.after += 1;
        t.like(record, { deploymentId: "v2", buildId: "b2" });
      }
    }
  }
  t.log(`${KILLS} builds killed within ${Math.round(duration)} ms: ${JSON.stringify(counts)}`);
  t.true(counts.none > 0);

  await build(2);
  for (const server of FOLDERS) {
    t.is(recordIn(server)?.deploymentId, "v2");
    t.deepEqual(
      readdirSync(server).filter((name) => name.startsWith("vinext-cache-key.json.")),
      [],
    );
  }
});
