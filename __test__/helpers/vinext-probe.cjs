// Required into a server before the app: records the keys that vinext-cache-key derives, and how often its addon is loaded.
"use strict";

const { createRequire } = require("node:module");
const { basename, join } = require("node:path");

const probe = { loads: 0, derived: [] };
globalThis.vinextCacheKeyProbe = probe;

const { dlopen } = process;
process.dlopen = function (module, file, ...rest) {
  if (basename(file).startsWith("vinext-cache-key")) probe.loads += 1;
  return dlopen.call(this, module, file, ...rest);
};

const api = createRequire(join(process.cwd(), "package.json"))("vinext-cache-key");
const { deriveUseCacheKey } = api;
api.deriveUseCacheKey = (...args) => {
  const key = deriveUseCacheKey(...args);
  probe.derived.push(key);
  return key;
};
