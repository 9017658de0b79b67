// A copy of the example for Workers beside its `node_modules`, its builds, and workerd.
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { installIn } from "../../lib/npm.mjs";
import { buildApp } from "../../lib/vinext-server.mjs";
import { startVersions, workerdRunsHere } from "../../lib/worker-versions.mjs";

const EXAMPLE = fileURLToPath(new URL("../../../examples/workers", import.meta.url));
const FILES = [
  "app",
  "cache",
  "pages",
  "worker",
  "next.config.js",
  "package.json",
  "vite.config.js",
  "wrangler.jsonc",
];

/** Installs what the example needs beside the packages at the root. */
export const installExample = () => installIn(EXAMPLE);

export class ExampleWorker {
  #env = {
    // With another key for each build, every function's id would differ.
    NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
  };
  #signal;
  #running = new Set();

  /** @param {{ signal?: AbortSignal, env?: Record<string, string> }} [options] `env` is the build's. */
  constructor({ signal, env } = {}) {
    if (!workerdRunsHere) throw new Error(`workerd does not run on ${process.platform}-${process.arch}.`);
    installExample();
    Object.assign(this.#env, env);
    this.#signal = signal;
    this.root = mkdtempSync(path.join(EXAMPLE, "test-"));
    for (const file of FILES)
      cpSync(path.join(EXAMPLE, file), path.join(this.root, file), { recursive: true });
  }

  /**
   * Builds the Worker and moves the build to a folder of its own. A function's id contains the path of its module, so all
   * builds are made in one folder.
   *
   * @param {string} name
   * @param {Record<string, string>} [env]
   */
  async build(name, env) {
    await buildApp(this.root, { env: { ...this.#env, ...env }, signal: this.#signal });
    renameSync(path.join(this.root, "dist"), path.join(this.root, name));
  }

  /**
   * Starts versions of a build, all over the KV namespace of that name.
   *
   * @param {string} build
   * @param {Parameters<typeof startVersions>[1]} versions
   * @param {string} [kv]
   * @param {string} [environment] the folder of Vite's environment for workerd
   */
  async start(build, versions, kv, environment = "server") {
    const running = startVersions(path.join(this.root, build, environment), versions, {
      kv: kv && path.join(this.root, kv),
      signal: this.#signal,
    });
    this.#running.add(running);
    return running;
  }

  async close() {
    // A version may still be starting when another one fails. It has to be stopped too.
    await Promise.allSettled(Array.from(this.#running, async (running) => (await running).stop()));
    rmSync(this.root, { recursive: true, force: true });
  }
}
