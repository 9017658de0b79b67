// Keys in a Redis of the test's own.
import { RESP_TYPES, createClient } from "@redis/client";
import { buildUseCacheKey } from "../../index.js";
import { startRedis } from "./redis.mjs";

/** A key of a function. */
export const keyOf = (seed, index = 0) => buildUseCacheKey(`["/srv/a.tsx:f${index}","r"]`, seed, "[]");
export const keysOf = (seed, count) => Array.from({ length: count }, (_, index) => keyOf(seed, index));

export async function connect(t, url) {
  const options = { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
  const client = createClient({ url, commandOptions: options }).on("error", () => {});
  await client.connect();
  t.teardown(() => client.isOpen && client.destroy());
  return client;
}

/** A server of the test's own with these keys. */
export async function redisWith(t, keys, options) {
  const redis = await startRedis(options);
  t.teardown(redis.stop);
  const client = await connect(t, redis.url);
  await Promise.all(keys.map((one) => client.set(one, "entry")));
  const list = async () => (await client.keys("*")).map((one) => one.toString("latin1")).sort();
  return { ...redis, client, list };
}

/** Keys in the form and order in which `list` returns them. */
export const sorted = (keys) => keys.map((one) => Buffer.from(one).toString("latin1")).sort();
