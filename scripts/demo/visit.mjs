// Visits to a server whose reads of the cache are logged, as cache/sqlite.js does.
import { openDatabase } from "../../examples/two-deployments/cache/database.js";
import { REQUESTS, valueIn } from "./requests.mjs";

export class Visitor {
  #cache;

  /** @param {string} database the SQLite file with the log */
  constructor(database) {
    this.#cache = openDatabase(database);
  }

  /** Sends every request to a server, and returns what was answered and which keys were read. */
  async visit(server, { deploymentId, stock }) {
    const reads = [];
    for (const { title, path: pathname, init } of REQUESTS) {
      const before = this.#lastRead();
      const value = valueIn(await server.request(pathname, init?.()));
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

  close() {
    this.#cache.close();
  }
}
