// Put before the example's own Worker entry by workers.test.mjs: lets Node call the package inside workerd.
import { AsyncLocalStorage } from "node:async_hooks";
import * as api from "vinext-cache-key";
import app from "./app.js";

/** What a request knows of its deployment. Only the caller keeps it; the package takes it as an option. */
const identity = new AsyncLocalStorage();
let isolate;
let running = 0;

/** Derives keys for the identity of the request, each after others had their turn. */
async function deriveInTurns(env, { id, args, turns }) {
  // Workers draw no random number before their first request.
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

const routes = {
  "/call": (env, calls) => calls.map(([name, ...args]) => api[name](...args)),
  "/derive": (env, request) => identity.run(request.deploymentId, () => deriveInTurns(env, request)),
};

export default {
  async fetch(request, env, context) {
    const route = routes[new URL(request.url).pathname];
    return route ? Response.json(await route(env, await request.json())) : app.fetch(request, env, context);
  },
};
