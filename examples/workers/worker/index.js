// vinext's Worker, with two routes that show the keys of this version in KV and the keys that it has read.
import { ENTRY_PREFIX } from "@vinext/cloudflare/cache/kv-data-adapter.runtime";
import vinext from "vinext/server/fetch-handler";
import { implementation, useCacheKeyPrefix } from "vinext-cache-key";
import { version } from "../app/version.js";
import { BINDING, reads } from "../cache/kv.js";

/** The keys with this prefix. KV lists at most 1,000 of them at a time. */
async function listKeys(kv, prefix) {
  const keys = [];
  let cursor;
  do {
    const page = await kv.list({ prefix: ENTRY_PREFIX + prefix, cursor });
    keys.push(...page.keys.map(({ name }) => name.slice(ENTRY_PREFIX.length)));
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor);
  return keys;
}

/** Cached functions and pages have a prefix each. */
async function showCache(kv) {
  const prefixes = [useCacheKeyPrefix(version()), `deployment:${version()}:`];
  const keys = await Promise.all(prefixes.map((prefix) => listKeys(kv, prefix)));
  return { implementation, version: version(), keys: keys.flat() };
}

const routes = {
  "/cache": (env) => showCache(env[BINDING]),
  "/reads": () => reads.splice(0),
};

export default {
  async fetch(request, env, context) {
    const route = routes[new URL(request.url).pathname];
    return route ? Response.json(await route(env)) : vinext.fetch(request, env, context);
  },
};
