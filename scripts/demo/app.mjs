// A copy of the example app, its builds side by side, and their servers.
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildApp, startServer } from "../lib/vinext-server.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const APP = path.join(ROOT, "examples/two-deployments");
const GENERATED = new Set(["node_modules", "dist", ".next", ".vinext"]);

export class ExampleApp {
  #env;
  #signal;
  #servers = new Set();

  /**
   * @param {Record<string, string | undefined>} settings the app's, in its environment
   * @param {AbortSignal} signal
   */
  constructor(settings, signal) {
    mkdirSync(path.join(ROOT, ".demo"), { recursive: true });
    this.folder = mkdtempSync(path.join(ROOT, ".demo", "run-"));
    this.#signal = signal;
    this.#env = {
      ...settings,
      CACHE_DATABASE: this.database,
      // With another key for each build, every function's id would differ, which would hide the effect of the deployment ID.
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    };
    cpSync(APP, this.#app, { recursive: true, filter: (file) => !GENERATED.has(path.basename(file)) });
  }

  /** The SQLite file of the app's own adapter. */
  get database() {
    return path.join(this.folder, "cache.sqlite");
  }

  /** Function ids contain the path of the module. So every deployment is built in this folder and then moved away. */
  get #app() {
    return path.join(this.folder, "app");
  }

  async build({ name, deploymentId, stock }) {
    const env = { ...this.#env, NEXT_DEPLOYMENT_ID: deploymentId, STOCK: stock ? "1" : undefined };
    await buildApp(this.#app, { env, signal: this.#signal });
    const deployment = path.join(this.folder, name);
    mkdirSync(deployment);
    cpSync(path.join(this.#app, "package.json"), path.join(deployment, "package.json"));
    renameSync(path.join(this.#app, "dist"), path.join(deployment, "dist"));
  }

  /** Starts a server of what was built. */
  start({ name }) {
    const server = startServer(path.join(this.folder, name), { env: this.#env, signal: this.#signal });
    this.#servers.add(server);
    return server;
  }

  async close() {
    // A server may still be starting when another one fails. It has to be stopped too.
    await Promise.allSettled(Array.from(this.#servers, async (server) => (await server).stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
