// A registry on loopback that has the packages as they would be published, and passes on what else is asked for.
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { runServer } from "verdaccio";

/**
 * @param {string} folder Where the registry keeps its files.
 * @param {import("../pack.mjs").Tarball[]} tarballs In the order in which they are published.
 */
export async function startRegistry(folder, tarballs) {
  const upstream = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  mkdirSync(folder, { recursive: true });
  const app = await runServer({
    self_path: folder,
    storage: path.join(folder, "storage"),
    uplinks: { upstream: { url: upstream } },
    packages: {
      "vinext-cache-key*": { access: "$all", publish: "$all" },
      "**": { access: "$all", proxy: "upstream" },
    },
    max_body_size: "100mb",
    web: { enable: false },
    log: { type: "file", path: path.join(folder, "log"), level: "warn" },
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${server.address().port}`;
  // npm publishes nothing without a token, whatever it is.
  const options = [`--registry=http://${host}/`, `--//${host}/:_authToken=none`];
  for (const { path: tarball } of tarballs) {
    await promisify(execFile)("npm", ["publish", tarball, ...options]);
  }
  return {
    host,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
