// The package and its binary in the bundle. An ES module that esbuild writes has no `require`, so the banner makes one.
import { build } from "esbuild";

const [, , format, ...options] = process.argv;
const banner = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;
await build({
  entryPoints: ["module.mjs"],
  bundle: true,
  platform: "node",
  format,
  loader: { ".node": "copy" },
  banner: options.includes("require") ? { js: banner } : {},
  outfile: `bundle/main.${format === "esm" ? "mjs" : "cjs"}`,
});
