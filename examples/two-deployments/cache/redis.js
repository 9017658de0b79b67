// vinext's data cache in Redis: an entry by its key, and by `tag:` and its name when a tag was last revalidated.
import { RESP_TYPES, createClient } from "redis";
import { decode, encode } from "./entry.js";
import { forgiving } from "./forgiving.js";
import { stateOf } from "./freshness.js";

/** The longest that a command may take, in milliseconds. */
const TIME_LIMIT = 2000;

export default function createHandler() {
  const { REDIS_URL, CACHE_PREFIX = "" } = process.env;
  const client = createClient({
    url: REDIS_URL,
    commandOptions: { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
  // The client reconnects by itself.
  const report = (error) => console.error(`Redis: ${error.message || error.code}`);
  client.on("error", report);
  // An open connection does not keep the process alive.
  client.unref();
  /**
   * Runs a command. A command that takes too long closes the connection, so that all commands waiting there fail. The next
   * command connects again. A build makes a handler too, and never connects.
   */
  const redis = async (command) => {
    if (!client.isOpen) client.connect().catch(report);
    let pending = true;
    // After a pause of this process, the answer may have arrived and not been read yet. So the event loop reads once more first.
    const giveUp = () => setImmediate(() => pending && client.destroy());
    const late = setTimeout(giveUp, TIME_LIMIT);
    try {
      return await command(client);
    } finally {
      pending = false;
      clearTimeout(late);
    }
  };

  const entryKey = (key) => `${CACHE_PREFIX}${key}`;
  const tagKey = (tag) => `${CACHE_PREFIX}tag:${tag}`;

  const isRevalidated = async (tags, since) => {
    if (tags.length === 0) return false;
    const times = await redis((client) => client.mGet(tags.map(tagKey)));
    return times.some((time) => Number(time ?? -1) >= since);
  };

  const handler = {
    async get(key, { softTags = [] } = {}) {
      const stored = await redis((client) => client.get(entryKey(key)));
      if (!stored) return null;
      const { value, tags, lastModified, cacheControl } = decode(key, stored);
      const state = stateOf({ lastModified, cacheControl });
      if (state === "expired" || (await isRevalidated([...tags, ...softTags], lastModified))) return null;
      return { value, lastModified, cacheControl, ...(state === "stale" && { cacheState: "stale" }) };
    },
    async set(key, value, { tags = [], timestamp = Date.now(), cacheControl } = {}) {
      const bytes = encode(key, { value, tags, lastModified: timestamp, cacheControl });
      const { expire = Infinity } = cacheControl ?? {};
      const seconds = Math.max(Math.ceil(expire), 1);
      const expiration = seconds < Infinity ? { type: "EX", value: seconds } : undefined;
      await redis((client) => client.set(entryKey(key), bytes, { expiration }));
    },
    async revalidateTag(tags) {
      const now = String(Date.now());
      for (const tag of [tags].flat()) await redis((client) => client.set(tagKey(tag), now));
    },
  };
  return forgiving(handler, report);
}
