// Keys of every family, made by vinext's own functions from its npm package.
import { once } from "node:events";
import { createServer } from "node:http";
import { buildUseCacheKey, flightArgumentsKey } from "../../scripts/lib/oracle.mjs";

const file = (path) => new URL(`../../node_modules/vinext/dist/${path}`, import.meta.url);

const isr = await import(file("server/isr-cache.js"));
const fetchCache = await import(file("shims/fetch-cache.js"));
const cache = await import(file("shims/cache.js"));
const { buildAppPageTags } = await import(file("server/implicit-tags.js"));
const { pagesPathCacheTag } = await import(file("server/pages-cache-tag.js"));

export const MODES = ["navigation", "prefetch-empty", "prefetch-dynamic-shell", "prefetch-loading-shell"];

/** vinext's server code reads the build ID from its environment. */
function ofBuild(buildId, build) {
  const before = process.env.__VINEXT_BUILD_ID;
  if (buildId === undefined) delete process.env.__VINEXT_BUILD_ID;
  else process.env.__VINEXT_BUILD_ID = buildId;
  try {
    return build();
  } finally {
    if (before === undefined) delete process.env.__VINEXT_BUILD_ID;
    else process.env.__VINEXT_BUILD_ID = before;
  }
}

/** Every kind of page key of a path, by the kind of entry. */
export function pageKeys(path, buildId, { slots, source, selector, locale } = {}) {
  return ofBuild(buildId, () => ({
    html: isr.appIsrHtmlKey(path),
    route: isr.appIsrRouteKey(path),
    shell: isr.appIsrFallbackShellHtmlKey(path),
    shellRsc: isr.appIsrFallbackShellKey(path, "rsc"),
    pages: isr.pagesIsrCacheKey(path, buildId),
    localized: isr.pagesIsrCacheKey(path, buildId, locale ?? "locale:en"),
    ...Object.fromEntries(
      MODES.map((mode) => [`rsc ${mode}`, isr.appIsrRscKey(path, slots, mode, source, selector)]),
    ),
  }));
}

export const useCacheKey = (seed, argument = 0) =>
  buildUseCacheKey(
    JSON.stringify(["/srv/app/page.tsx:default", "0f1e2d3c4b5a"]),
    seed,
    flightArgumentsKey({ version: 1, reply: JSON.stringify([argument]) }),
  );

/** Keys that vinext's `fetch` and `unstable_cache` gave a data cache handler. */
export async function sharedKeys() {
  const keys = [];
  const handler = {
    get: async () => null,
    set: async (key) => void keys.push(key),
    revalidateTag: async () => {},
  };
  cache.setDataCacheHandler(handler);
  await cache.unstable_cache(async (x) => x, ["part"])(1);
  const server = createServer((_, response) => response.end("body")).listen(0, "127.0.0.1");
  await once(server, "listening");
  await fetchCache.runWithFetchCache(async () => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}/`, { next: { revalidate: 60 } });
    await response.text();
  });
  server.closeAllConnections();
  server.close();
  return keys;
}

/** Tags that vinext makes of paths. */
export const tags = () => [...buildAppPageTags("/a/b", [], ["a", "[x]"]), pagesPathCacheTag("/a b")];
