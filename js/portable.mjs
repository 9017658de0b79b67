// The API in plain JavaScript, for where no native addon loads.
import { createHash } from "node:crypto";
import { portableEngine } from "./portable/engine.mjs";
import { createApi } from "./shell.mjs";

export const {
  buildUseCacheKey,
  deriveUseCacheKey,
  flightArgumentsKey,
  parseCacheKey,
  parseUseCacheKey,
  resolveDeploymentId,
  resolveUseCacheKeySeed,
  storageKey,
  useCacheKeyPrefix,
  validateDeploymentId,
} = createApi(portableEngine((json) => createHash("sha256").update(json).digest("base64url")));

export const implementation = Object.freeze({
  kind: /** @type {const} */ ("portable"),
  reason: "vinext-cache-key/portable was imported",
});
