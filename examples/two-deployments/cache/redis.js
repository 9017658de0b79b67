// vinext's data cache in Redis: an entry by its key, and by `tag:` and its name when a tag was last revalidated.
import { deserialize, serialize } from "node:v8";
import { RESP_TYPES, createClient } from "redis";
import { stateOf } from "./freshness.js";

/** As long a command waits for a connection, in milliseconds. A read that fails is a miss to vinext. */
const COMMAND_TIMEOUT = 1000;

export default function createHandler() {
  const { REDIS_URL, CACHE_PREFIX = "" } = process.env;
  const client = createClient({
    url: REDIS_URL,
    commandOptions: { timeout: COMMAND_TIMEOUT, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
  // It connects anew by itself.
  const report = (error) => console.error(`Redis: ${error.message || error.code}`);
  client.on("error", report);
  // Nothing but requests keeps a process alive.
  client.unref();
  /** Connects for the first command: a build makes a handler too, and has none. */
  const redis = () => {
    if (!client.isOpen) client.connect().catch(report);
    return client;
  };

  const entryKey = (key) => `${CACHE_PREFIX}${key}`;
  const tagKey = (tag) => `${CACHE_PREFIX}tag:${tag}`;

  const isRevalidated = async (tags, since) => {
    if (tags.length === 0) return false;
    const times = await redis().mGet(tags.map(tagKey));
    return times.some((time) => Number(time ?? -1) >= since);
  };

  return {
    async get(key, { softTags = [] } = {}) {
      const bytes = await redis().get(entryKey(key));
      if (!bytes) return null;
      const { value, tags, lastModified, cacheControl } = deserialize(bytes);
      const state = stateOf({ lastModified, cacheControl });
      if (state === "expired" || (await isRevalidated([...tags, ...softTags], lastModified))) return null;
      return { value, lastModified, cacheControl, ...(state === "stale" && { cacheState: "stale" }) };
    },
    async set(key, value, { tags = [], timestamp = Date.now(), cacheControl } = {}) {
      const bytes = serialize({ value, tags, lastModified: timestamp, cacheControl });
      const { expire = Infinity } = cacheControl ?? {};
      const seconds = Math.max(Math.ceil(expire), 1);
      const expiration = seconds < Infinity ? { type: "EX", value: seconds } : undefined;
      await redis().set(entryKey(key), bytes, { expiration });
    },
    async revalidateTag(tags) {
      for (const tag of [tags].flat()) await redis().set(tagKey(tag), String(Date.now()));
    },
  };
}
