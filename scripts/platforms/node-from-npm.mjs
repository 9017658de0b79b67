// Node for any platform is an npm package.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const home = fileURLToPath(new URL("../../target/platforms/", import.meta.url));

/**
 * Downloads one of these packages, where that has not been done yet; returns its folder.
 *
 * @param {string} name
 * @param {string} version
 */
export async function nodeFromNpm(name, version) {
  const folder = path.join(home, `${name}-${version}`);
  const content = path.join(folder, "package");
  if (existsSync(path.join(content, "bin"))) return content;
  mkdirSync(folder, { recursive: true });
  const pack = ["pack", `${name}@${version}`, "--json", `--pack-destination=${folder}`];
  const { stdout } = await run("npm", pack, { maxBuffer: 2 ** 26 });
  await run("tar", ["-xzf", JSON.parse(stdout)[0].filename], { cwd: folder });
  return content;
}
