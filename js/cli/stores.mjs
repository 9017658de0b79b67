// The stores that `purge` and `inspect` read: Redis, Valkey and Workers KV.
import { UsageError } from "./errors.mjs";
import { withoutPassword } from "./text.mjs";

/** @typedef {import("./stores/store.mjs").Store} Store */
/** @typedef {{ database?: string, remote?: boolean }} StoreOptions */

/** @type {import("node:util").ParseArgsOptionsConfig} */
export const STORE_OPTIONS = { database: { type: "string" }, remote: { type: "boolean", default: false } };

export const STORE_HELP = `  <store>                redis://…, valkey://… (rediss://…, valkeys://… with TLS): a server, or any server of a cluster;
                         kv:<binding>: Workers KV, by a binding of the Wrangler configuration in this folder
  --database <number>    the Redis database, which a URL may also name: redis://localhost:6379/1
  --remote               Workers KV as deployed, not the local one of wrangler dev and vite dev`;

const REDIS = /^(?:redis|valkey)s?:\/\//i;
const KV = /^kv:/;

export const isStore = (/** @type {string} */ text) => REDIS.test(text) || KV.test(text);

/** @param {string} text @param {StoreOptions} options @returns {Promise<Store>} */
export async function openStore(text, { database, remote }) {
  if (REDIS.test(text)) {
    if (remote) throw new UsageError("--remote is for Workers KV");
    const { openRedis } = await import("./stores/redis.mjs");
    return openRedis(text, database);
  }
  if (KV.test(text)) {
    if (database !== undefined) throw new UsageError("--database is for Redis");
    const { openKv } = await import("./stores/kv.mjs");
    return openKv(text.replace(KV, ""), Boolean(remote));
  }
  throw new UsageError(
    `"${withoutPassword(text)}" is not a store: redis://…, rediss://…, valkey://…, valkeys://… or kv:<binding>`,
  );
}
