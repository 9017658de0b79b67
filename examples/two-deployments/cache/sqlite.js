// vinext's data cache in SQLite.
import { openDatabase } from "./database.js";
import { decode, encode } from "./entry.js";
import { forgiving } from "./forgiving.js";
import { stateOf } from "./freshness.js";

export default function createHandler() {
  const database = openOrExit();
  const read = database.prepare("SELECT entry FROM entries WHERE key = ?");
  const write = database.prepare("INSERT OR REPLACE INTO entries (key, entry) VALUES (?, ?)");
  const readTag = database.prepare("SELECT revalidated FROM tags WHERE tag = ?");
  const writeTag = database.prepare("INSERT OR REPLACE INTO tags (tag, revalidated) VALUES (?, ?)");
  const log = database.prepare("INSERT INTO reads (pid, key, hit) VALUES (?, ?, ?)");

  const lookUp = (key, softTags) => {
    const row = read.get(key);
    if (!row) return null;
    const { value, tags, lastModified, cacheControl } = decode(key, row.entry);
    const state = stateOf({ lastModified, cacheControl });
    if (state === "expired") return null;
    if ([...tags, ...softTags].some((tag) => readTag.get(tag)?.revalidated >= lastModified)) return null;
    return { value, lastModified, cacheControl, ...(state === "stale" && { cacheState: "stale" }) };
  };

  const handler = {
    async get(key, { softTags = [] } = {}) {
      const hit = lookUp(key, softTags);
      log.run(process.pid, key, hit ? 1 : 0);
      return hit;
    },
    async set(key, value, { tags = [], timestamp = Date.now(), cacheControl } = {}) {
      write.run(key, encode(key, { value, tags, lastModified: timestamp, cacheControl }));
    },
    async revalidateTag(tags) {
      for (const tag of [tags].flat()) writeTag.run(tag, Date.now());
    },
  };
  return forgiving(handler, ({ message }) => console.error(`SQLite: ${message}`));
}

/** Without this check, vinext would continue with a cache in memory that is not shared. A server that does not start is better. */
function openOrExit() {
  try {
    return openDatabase();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
