import { build } from "rolldown";

await build({
  input: "module.mjs",
  platform: "node",
  external: ["vinext-cache-key"],
  output: { file: "bundle/main.mjs" },
});
