import { cloudflare } from "@cloudflare/vite-plugin";
import { kvDataAdapter } from "@vinext/cloudflare/cache/kv-data-adapter";
import vinext from "vinext";
import vinextCacheKey from "vinext-cache-key/vite";
import { defineConfig } from "vite";

// STOCK leaves the plugin out: the build is the same.
export default defineConfig({
  plugins: [
    vinext({ cache: { data: kvDataAdapter() } }),
    !process.env.STOCK && vinextCacheKey(),
    cloudflare({ viteEnvironment: { name: "rsc", childEnvironments: ["ssr"] } }),
  ],
});
