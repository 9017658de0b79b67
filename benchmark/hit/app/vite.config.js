import vinext from "vinext";
import vinextCacheKey from "vinext-cache-key/vite";
import { defineConfig } from "vite";

const { timedSteps } = await import(process.env.TIMED_STEPS);

// STOCK leaves the plugin out, to compare with vinext's own keys.
export default defineConfig({ plugins: [vinext(), !process.env.STOCK && vinextCacheKey(), timedSteps()] });
