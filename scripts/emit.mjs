// Emits js/cjs/ as rolldown.config.mjs says, then the types of the plugin. A file that stays the same is not touched, because
// another run may be reading it.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import bundles from "../rolldown.config.mjs";
import { replaceFile } from "./lib/lock.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
for (const { output, ...input } of bundles) {
  const bundle = await rolldown(input);
  const [{ code }] = (await bundle.generate(output)).output;
  await bundle.close();
  replaceFile(output.file, code);
}
execFileSync("npx", ["--no-install", "tsc", "-p", "tsconfig.types.json"], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
