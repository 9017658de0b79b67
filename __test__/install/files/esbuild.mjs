import { build } from "esbuild";

await build({
  entryPoints: ["module.mjs"],
  bundle: true,
  platform: "node",
  format: "esm",
  external: ["vinext-cache-key"],
  outfile: "bundle/main.mjs",
});
