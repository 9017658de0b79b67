// The plugin as a Vite configuration of a CommonJS project uses it.
import vinextCacheKey = require("vinext-cache-key/vite");
import type { VinextCacheKeyOptions } from "vinext-cache-key/vite";
import { deriveUseCacheKey } from "vinext-cache-key";
import portable = require("vinext-cache-key/portable");

const options: VinextCacheKeyOptions = { fileMetadata: true };
const plugin: { name: string } = vinextCacheKey(options);
const same: typeof deriveUseCacheKey = portable.deriveUseCacheKey;
// @ts-expect-error There is no such option.
vinextCacheKey({ metadata: true });

export = { plugin, same };
