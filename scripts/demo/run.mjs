// The demo over SQLite, step by step. The app's adapter, cache/sqlite.js, logs its reads of the cache.
import { openDatabase } from "../../examples/two-deployments/cache/database.js";
import { checkSqlite } from "./checks.mjs";
import { takeSteps } from "./report.mjs";
import { REQUESTS, valueIn } from "./requests.mjs";
import { ExampleApp } from "./app.mjs";

/** @typedef {import("./checks.mjs").Read} Read */

/**
 * @param {{ a: string, b: string, settings: Record<string, string | undefined>, json: boolean }} options
 * @param {AbortSignal} signal
 */
export async function runDemo({ a: idA, b: idB, settings, json }, signal) {
  const a = { name: "a", deploymentId: idA };
  const b = { name: "b", deploymentId: idB };
  const stockA = { name: "stock-a", deploymentId: idA, stock: true };
  const stockB = { name: "stock-b", deploymentId: idB, stock: true };
  const all = [a, b, stockA, stockB];
  const app = new ExampleApp(settings, signal);
  const visitor = new Visitor(app.database);
  const servers = new Map();
  const visits = {};
  const start = async (deployment) => servers.set(deployment, await app.start(deployment));
  const visit = (deployment) => visitor.visit(servers.get(deployment), deployment);
  const steps = [
    { title: `Build ${idA}`, task: () => app.build(a) },
    { title: `Build ${idB}, from the same source`, task: () => app.build(b) },
    { title: `Build ${idA} again, without the plugin`, task: () => app.build(stockA) },
    { title: `Build ${idB} again, without the plugin`, task: () => app.build(stockB) },
    { title: "Start all four over one empty cache", task: () => Promise.all(all.map(start)) },
    {
      title: `Visit ${idA}, then ${idB}`,
      task: async () => {
        visits.a = await visit(a);
        visits.b = await visit(b);
      },
    },
    {
      title: `Restart ${idA} and visit it again`,
      task: async () => {
        await servers.get(a).stop();
        await start(a);
        visits.restarted = await visit(a);
      },
    },
    {
      title: `Visit ${idA}, then ${idB}, without the plugin`,
      task: async () => {
        visits.stockA = await visit(stockA);
        visits.stockB = await visit(stockB);
      },
    },
  ];
  try {
    await takeSteps(steps, { json });
  } finally {
    visitor.close();
    await app.close();
  }
  return { buildId: settings.BUILD_ID, visits, checks: checkSqlite(visits) };
}

class Visitor {
  #cache;

  /** @param {string} database the SQLite file with the log */
  constructor(database) {
    this.#cache = openDatabase(database);
  }

  /** Sends every request to a server, and returns what was answered and which keys were read. */
  async visit(server, { deploymentId, stock = false }) {
    /** @type {Read[]} */
    const reads = [];
    for (const { title, path: pathname, page = false, init } of REQUESTS) {
      const before = this.#lastRead();
      const value = valueIn(await server.request(pathname, init?.()));
      reads.push({ request: title, page, value, ...this.#onlyRead(title, page, server.pid, before) });
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

  /** The read of the function's entry, or of the page's. */
  #onlyRead(title, page, pid, after) {
    const rows = this.#cache
      .prepare("SELECT key, hit FROM reads WHERE pid = ? AND id > ?")
      .all(pid, after)
      .filter(({ key }) => key.startsWith("use-cache:") !== page);
    const keys = new Set(rows.map(({ key }) => key));
    if (keys.size !== 1) {
      throw new Error(
        `${title} read ${keys.size} keys from the shared cache, not one: ${[...keys].join(", ")}`,
      );
    }
    const [{ key, hit }] = rows;
    return { key, hit: hit === 1 };
  }

  close() {
    this.#cache.close();
  }
}
