// Visits to a server whose reads of the cache are logged, as cache/sqlite.js does.
import { openDatabase } from "../../examples/two-deployments/cache/database.js";
import { REQUESTS, valueIn } from "./requests.mjs";

/** @typedef {{ request: string, page: boolean, value: string, key: string, hit: boolean }} Read */

export class Visitor {
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
