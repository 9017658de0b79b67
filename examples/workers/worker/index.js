// vinext's Worker, with a route that shows which entries of the cache are this deployment's.
import vinext from "vinext/server/fetch-handler";
import {
  implementation,
  parseUseCacheKey,
  resolveUseCacheKeySeed,
  useCacheKeyPrefix,
} from "vinext-cache-key";

/** What vinext's KV adapter puts before each key. */
const ENTRY = "cache:";

// Vite puts in the values of these three.
const keySeed = resolveUseCacheKeySeed({
  __VINEXT_DEPLOYMENT_ID: process.env.__VINEXT_DEPLOYMENT_ID,
  NEXT_DEPLOYMENT_ID: process.env.NEXT_DEPLOYMENT_ID,
  __VINEXT_BUILD_ID: process.env.__VINEXT_BUILD_ID,
});

async function showCache({ VINEXT_KV_CACHE }) {
  const { keys } = await VINEXT_KV_CACHE.list({ prefix: ENTRY + useCacheKeyPrefix(keySeed) });
  const entries = keys.map(({ name }) => {
    const key = name.slice(ENTRY.length);
    return { key, parts: parseUseCacheKey(key) };
  });
  return Response.json({ implementation, keySeed, entries });
}

export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === "/cache") return showCache(env);
    return vinext.fetch(request, env, context);
  },
};
