// The loader prefers a platform's package to a local build, so what was just built is not seen while an older binary is
// in that package: this deletes it.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
for (const file of readdirSync(root)) {
  const [, platform] = /^vinext-cache-key\.(.+)\.node$/.exec(file) ?? [];
  if (platform) rmSync(join(root, "npm", platform, file), { force: true });
}
