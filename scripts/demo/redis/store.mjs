// The Redis that the demo's servers share. The demo has its own keys there, behind a prefix.
import { randomUUID } from "node:crypto";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "redis";
import { parseUseCacheKey } from "vinext-cache-key";

const CLI = fileURLToPath(new URL("../../../js/cli.mjs", import.meta.url));
const BATCH = 1000;

export class Store {
  prefix = `vinext-cache-key-demo:${randomUUID()}:`;
  #client;
  #url;

  /** @param {string} url */
  static async open(url) {
    const store = new Store();
    store.#url = url;
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
      const deployment = deploymentOf(key);
      if (deployment !== undefined) counts[deployment] = (counts[deployment] ?? 0) + 1;
    }
    return counts;
  }

  /** Deletes the keys of all deployments but these, with the command that users have for it. */
  async purge(kept) {
    const keep = kept.flatMap((seed) => ["--keep", seed]);
    const args = ["purge", this.#url, ...keep, "--strip-prefix", this.prefix, "--yes", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args]).catch((error) => {
      throw new Error(`The purge failed: ${error.stderr || error.stdout || error.message}`);
    });
    return JSON.parse(stdout);
  }

  /** Deletes the demo's keys and disconnects. */
  async close() {
    for await (const keys of this.#keys()) if (keys.length > 0) await this.#client.unlink(keys);
    await this.#client.close();
  }
}

/** @param {string} key of a function or of a page */
const deploymentOf = (key) => parseUseCacheKey(key)?.keySeed ?? /^deployment:([\w-]+):/.exec(key)?.[1];
