// @vinext/cloudflare's adapter for Workers KV, with keys that fit. KV refuses a longer key, and vinext then never caches
// the call.
import { ENTRY_PREFIX, KVCacheHandler } from "@vinext/cloudflare/cache/kv-data-adapter.runtime";
import { storageKey } from "vinext-cache-key";

export const BINDING = "VINEXT_KV_CACHE";
const KV_LIMIT = 512;

const stored = (key) => storageKey(key, { maxBytes: KV_LIMIT - ENTRY_PREFIX.length });

/** The latest reads of this isolate, for the demo. */
export const reads = [];
const REMEMBERED = 100;

class Handler extends KVCacheHandler {
  async get(key, context) {
    const entry = await super.get(stored(key), context);
    reads.push({ key, hit: entry !== null });
    if (reads.length > REMEMBERED) reads.shift();
    return entry;
  }

  set(key, value, context) {
    return super.set(stored(key), value, context);
  }
}

export default function createHandler({ env }) {
  return new Handler(env[BINDING]);
}
