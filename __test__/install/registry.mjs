// A registry that serves the packages as they would be published. It passes requests for other packages on.
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { startRegistry } from "../helpers/verdaccio/main.mjs";

/**
 * @param {string} folder Where the registry keeps its files.
 * @param {import("../../scripts/pack.mjs").Tarball[]} tarballs In the order in which they are published.
 */
export async function startWith(folder, tarballs) {
  const upstream = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  const registry = await startRegistry(folder, {
    uplinks: { upstream: { url: upstream } },
    packages: {
      "vinext-cache-key*": { access: "$all", publish: "$all" },
      "**": { access: "$all", proxy: "upstream" },
    },
  });
  // npm does not publish without a token. Any text will do.
  const options = [`--registry=http://${registry.host}/`, `--//${registry.host}/:_authToken=none`];
  for (const { path: tarball } of tarballs) {
    await promisify(execFile)("npm", ["publish", tarball, ...options]);
  }
  return registry;
}
