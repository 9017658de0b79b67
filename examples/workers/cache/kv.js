// @vinext/cloudflare's adapter for Workers KV, with keys that fit. KV refuses a longer key, and vinext then never caches
// the call.
import { ENTRY_PREFIX, KVCacheHandler } from "@vinext/cloudflare/cache/kv-data-adapter.runtime";
import { storageKey } from "vinext-cache-key";

export const BINDING = "VINEXT_KV_CACHE";
const KV_LIMIT = 512;

const report = (error) => console.error(`Workers KV: ${error.message}`);

const stored = (key) => storageKey(key, { maxBytes: KV_LIMIT - ENTRY_PREFIX.length });

/** The latest reads of this isolate, for the demo. */
export const reads = [];
const REMEMBERED = 100;

/**
 * A store that fails costs time, not answers: a read that fails is a miss, and a write that fails is only reported. vinext
 * 1.4.0 itself answers a page of the Pages Router with status 500 where its handler throws.
 */
class Handler extends KVCacheHandler {
  async get(key, context) {
    let entry = null;
    try {
      entry = await super.get(stored(key), context);
    } catch (error) {
      report(error);
    }
    reads.push({ key, hit: entry !== null });
    if (reads.length > REMEMBERED) reads.shift();
    return entry;
  }

  async set(key, value, context) {
    try {
      await super.set(stored(key), value, context);
    } catch (error) {
      report(error);
    }
  }
}

export default function createHandler({ env }) {
  return new Handler(env[BINDING]);
}
