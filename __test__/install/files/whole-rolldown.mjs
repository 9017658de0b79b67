// The package and its binary in the bundle.
import { build } from "rolldown";

const [, , format] = process.argv;
await build({
  input: "module.mjs",
  platform: "node",
  moduleTypes: { ".node": "copy" },
  output: { format, dir: "bundle", entryFileNames: `main.${format === "esm" ? "mjs" : "cjs"}` },
});
