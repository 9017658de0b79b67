// The plugin as a Vite configuration in TypeScript uses it.
import { defineConfig, type Plugin } from "vite";
import vinextCacheKey, { type VinextCacheKeyOptions } from "vinext-cache-key/vite";

const options: VinextCacheKeyOptions = { fileMetadata: true };
const plugin: Plugin = vinextCacheKey(options);
// If its type were `any`, a number would be accepted too.
// @ts-expect-error
const number: number = vinextCacheKey();
// @ts-expect-error There is no such option.
vinextCacheKey({ metadata: true });

export { number };
export default defineConfig({ plugins: [plugin] });
