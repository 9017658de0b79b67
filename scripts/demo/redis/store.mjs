// The Redis that the demo's servers share: a corner of its own, under a prefix.
import { randomUUID } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "redis";
import { parseUseCacheKey } from "vinext-cache-key";

const CLI = fileURLToPath(new URL("../../../js/cli.mjs", import.meta.url));
const BATCH = 1000;

export class Store {
  prefix = `vinext-cache-key-demo:${randomUUID()}:`;
  #client;

  /** @param {string} url */
  static async open(url) {
    const store = new Store();
    const socket = { reconnectStrategy: false };
    store.#client = createClient({ url, socket });
    store.#client.on("error", () => {});
    try {
      await store.#client.connect();
    } catch (error) {
      const reason = error.message || error.code || error.errors?.[0]?.message;
      throw new Error(`Cannot reach Redis at ${new URL(url).host}: ${reason}. Is it running?`, {
        cause: error,
      });
    }
    return store;
  }

  async *#keys() {
    for await (const keys of this.#client.scanIterator({ MATCH: `${this.prefix}*`, COUNT: BATCH }))
      yield keys;
  }

  /** How many keys each deployment has. */
  async count() {
    // SCAN may give a key twice.
    const all = new Set();
    for await (const keys of this.#keys()) for (const key of keys) all.add(key.slice(this.prefix.length));
    const counts = {};
    for (const key of all) {
      const seed = parseUseCacheKey(key)?.keySeed;
      if (seed !== undefined) counts[seed] = (counts[seed] ?? 0) + 1;
    }
    return counts;
  }

  /** Unlinks the keys of all deployments but these, as a shell would: SCAN | vinext-cache-key stale | UNLINK. */
  async purge(kept) {
    const keep = kept.flatMap((seed) => ["--keep", seed]);
    const filter = spawn(process.execPath, [CLI, "stale", ...keep, "--strip-prefix", this.prefix, "--json"], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    let summary = "";
    filter.stderr.setEncoding("utf8").on("data", (text) => (summary += text));
    const ended = once(filter, "close");
    const scanned = Readable.from(lines(this.#keys()));
    await Promise.all([
      pipeline(scanned, filter.stdin),
      (async () => {
        for await (const key of createInterface({ input: filter.stdout })) await this.#client.unlink(key);
      })(),
    ]);
    const [code] = await ended;
    if (code !== 0) throw new Error(`The purge failed: ${summary}`);
    return JSON.parse(summary);
  }

  /** Leaves nothing behind. */
  async close() {
    for await (const keys of this.#keys()) if (keys.length > 0) await this.#client.unlink(keys);
    await this.#client.close();
  }
}

async function* lines(batches) {
  for await (const keys of batches) for (const key of keys) yield `${key}\n`;
}
