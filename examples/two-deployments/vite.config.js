import vinext from "vinext";
import vinextCacheKey from "vinext-cache-key/vite";
import { defineConfig } from "vite";
import { readSettings } from "./settings.js";

const { adapter } = await readSettings();

// STOCK leaves the plugin out, to compare with vinext's own keys.
export default defineConfig({
  plugins: [vinext({ cache: { data: { adapter } } }), !process.env.STOCK && vinextCacheKey({ pages: true })],
});
