import { cloudflare } from "@cloudflare/vite-plugin";
import { fileURLToPath } from "node:url";
import vinext from "vinext";
import vinextCacheKey from "vinext-cache-key/vite";
import { defineConfig } from "vite";

const adapter = fileURLToPath(new URL("cache/kv.js", import.meta.url));

// STOCK leaves the plugin out: versions of one build then share their entries.
export default defineConfig({
  plugins: [
    vinext({ cache: { data: { adapter } } }),
    !process.env.STOCK &&
      vinextCacheKey({
        runtimeDeploymentId: true,
        versionMetadataBinding: "RELEASE",
        fileMetadata: true,
      }),
    cloudflare({ viteEnvironment: { name: "rsc", childEnvironments: ["ssr"] } }),
  ],
});
