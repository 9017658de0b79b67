// Put before the example's own Worker entry by worker-app.mjs: lets Node call the package and KV inside workerd.
import { AsyncLocalStorage } from "node:async_hooks";
import * as api from "vinext-cache-key";
import createHandler from "../cache/kv.js";
import app from "./app.js";

/** The deployment of the current request. The package does not store it: the caller passes it as an option. */
const identity = new AsyncLocalStorage();
let isolate;
let running = 0;

/** Derives keys for the identity of the request. Other requests run between two keys. */
async function deriveInTurns(env, { id, args, turns }) {
  // A Worker cannot make random values before its first request.
  isolate ??= crypto.randomUUID();
  running += 1;
  const seen = { isolate, running, release: env.RELEASE.id, keys: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    await scheduler.wait(Math.random() * 20);
    const options = { deploymentId: identity.getStore(), versionMetadataBinding: "RELEASE" };
    seen.keys.push(api.deriveUseCacheKey(id, api.resolveUseCacheKeySeed(env, options), args));
    seen.running = Math.max(seen.running, running);
  }
  running -= 1;
  return seen;
}

/** The names of all keys in KV. */
async function names({ VINEXT_KV_CACHE: kv }) {
  const found = [];
  let page;
  do {
    page = await kv.list({ cursor: page?.cursor });
    found.push(...page.keys.map(({ name }) => name));
  } while (!page.list_complete);
  return found;
}

/** Writes a value under a key, by the example's adapter and by KV itself, and returns what each of them answers. */
async function store(env, { key }) {
  const value = { kind: "FETCH", data: { headers: {}, body: key, url: "" }, tags: [], revalidate: 60 };
  const handler = createHandler({ env });
  await handler.set(key, value, {});
  const entry = await handler.get(key, {});
  const plain = await env.VINEXT_KV_CACHE.put(`cache:${key}`, key).then(
    () => "accepted",
    (error) => error.message,
  );
  return { body: entry?.value.data.body, plain };
}

const routes = {
  "/call": (env, calls) => calls.map(([name, ...args]) => api[name](...args)),
  "/derive": (env, request) => identity.run(request.deploymentId, () => deriveInTurns(env, request)),
  "/environment": () => process.env.NEXT_DEPLOYMENT_ID ?? null,
  "/fill": (env, { keys }) => Promise.all(keys.map((key) => env.VINEXT_KV_CACHE.put(key, ""))),
  "/names": names,
  "/store": store,
};

export default {
  async fetch(request, env, context) {
    const route = routes[new URL(request.url).pathname];
    if (!route) return app.fetch(request, env, context);
    const body = request.method === "POST" ? await request.json() : undefined;
    return Response.json(await route(env, body));
  },
};
