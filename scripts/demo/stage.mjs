// Where the demo takes place: one copy of the app, its builds side by side, their servers, the cache they share.
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase } from "../../examples/two-deployments/cache/database.js";
import { buildApp, startServer } from "../vinext-server.mjs";
import { REQUESTS } from "./requests.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const APP = path.join(ROOT, "examples/two-deployments");
const GENERATED = new Set(["node_modules", "dist", ".next", ".vinext"]);

export class Stage {
  #folder;
  #env;
  #signal;
  #cache;
  #servers = new Map();

  /**
   * @param {Record<string, string | undefined>} settings the app's, in its environment
   * @param {AbortSignal} signal
   */
  constructor(settings, signal) {
    mkdirSync(path.join(ROOT, ".demo"), { recursive: true });
    this.#folder = mkdtempSync(path.join(ROOT, ".demo", "run-"));
    this.#signal = signal;
    this.#env = {
      ...settings,
      CACHE_DATABASE: path.join(this.#folder, "cache.sqlite"),
      // A key of its own for each build would change every function's id, and so hide what the deployment ID does.
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    };
    this.#cache = openDatabase(this.#env.CACHE_DATABASE);
    cpSync(APP, this.#app, { recursive: true, filter: (file) => !GENERATED.has(path.basename(file)) });
  }

  /** Function ids hold the path of the module, so that every deployment is built here and then moved away. */
  get #app() {
    return path.join(this.#folder, "app");
  }

  async build({ name, deploymentId, stock }) {
    const env = { ...this.#env, NEXT_DEPLOYMENT_ID: deploymentId, STOCK: stock ? "1" : undefined };
    await buildApp(this.#app, { env, signal: this.#signal });
    const deployment = path.join(this.#folder, name);
    mkdirSync(deployment);
    cpSync(path.join(this.#app, "package.json"), path.join(deployment, "package.json"));
    renameSync(path.join(this.#app, "dist"), path.join(deployment, "dist"));
  }

  async start({ name }) {
    const server = startServer(path.join(this.#folder, name), { env: this.#env, signal: this.#signal });
    this.#servers.set(name, server);
    return server;
  }

  async stop({ name }) {
    const server = await this.#servers.get(name);
    await server.stop();
  }

  /** Sends every request to the deployment's server, and returns what was answered and which keys were read. */
  async visit({ name, deploymentId, stock }) {
    const server = await this.#servers.get(name);
    const reads = [];
    for (const { title, path: pathname, init } of REQUESTS) {
      const before = this.#lastRead();
      const text = await server.request(pathname, init?.());
      const value = /<output>(.*?)<\/output>/.exec(text)?.[1] ?? text;
      reads.push({ request: title, value, ...this.#onlyRead(title, server.pid, before) });
    }
    return {
      deploymentId,
      stock,
      pid: server.pid,
      implementation: JSON.parse(await server.request("/runtime")),
      reads,
    };
  }

  #lastRead() {
    return this.#cache.prepare("SELECT coalesce(max(id), 0) AS id FROM reads").get().id;
  }

  #onlyRead(title, pid, after) {
    const rows = this.#cache
      .prepare("SELECT key, hit FROM reads WHERE pid = ? AND id > ? AND key LIKE 'use-cache:%'")
      .all(pid, after);
    if (rows.length !== 1) {
      throw new Error(`${title} read ${rows.length} keys from the shared cache, not one.`);
    }
    const [{ key, hit }] = rows;
    return { key, hit: hit === 1 };
  }

  async close() {
    // One that is still starting when another fails has to be stopped too.
    await Promise.allSettled(Array.from(this.#servers.keys(), (name) => this.stop({ name })));
    this.#cache.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
