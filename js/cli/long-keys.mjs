// Estimates the length of the keys of a build for Workers. KV rejects a key that is too long, and vinext then never caches the call.
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { useCacheKeyPrefix } from "vinext-cache-key";
import { readRegularFile } from "../build-record.mjs";
import { LITERAL, MAX_CHUNK_BYTES, codeIn, textOf } from "./build.mjs";

/** The longest key of Workers KV, in bytes. */
export const KV_LIMIT = 512;

/** The prefix that `@vinext/cloudflare` puts in front of each key. */
const ADAPTER_PREFIX = "cache:";
/** A colon and the digest of the arguments. */
const ARGUMENTS = 44;

/** A text as bundlers print it. The names of inner functions contain dollar signs. */
const TEXT = String.raw`(?:${LITERAL}|${"`(?:[^`\\\\]|\\\\.)*`"})`;
/** How vinext registers a cached function: by its name, its variant, and options that end with its server reference. */
const REGISTERED = new RegExp(
  String.raw`(${TEXT}),\s*${TEXT},\s*\{[^{}]*\bserverReferenceId:\s*(${TEXT})\s*\}`,
  "g",
);

/**
 * The cached function with the longest keys in the last build, and their length in KV without root params.
 *
 * @param {string} server the folder `dist/server`
 * @param {string} seed
 */
export function longestKey(server, seed) {
  if (!existsSync(server)) return;
  const prefix = ADAPTER_PREFIX + useCacheKeyPrefix(seed);
  const keys = codeIn(server).files.flatMap((file) =>
    Array.from((readRegularFile(file, MAX_CHUNK_BYTES) ?? "").matchAll(REGISTERED), ([, name, reference]) => {
      const id = JSON.stringify([textOf(name), textOf(reference)]);
      return { name: shortName(textOf(name)), bytes: Buffer.byteLength(prefix + id) + ARGUMENTS };
    }),
  );
  return keys.sort((a, b) => b.bytes - a.bytes)[0];
}

/** The file and the function of a registered name. vinext exports an inner function as `$$hoist_<n>_<name>`. */
const shortName = (/** @type {string} */ name) => basename(name).replace(/:\$\$hoist_\d+_/, ":");
