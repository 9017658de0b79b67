// Verdaccio, a registry on loopback. It has about 300 dependencies, so it is installed separately, when it is first needed.
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { installIn } from "../../../scripts/lib/npm.mjs";

/**
 * @param {string} folder Where the registry keeps its files.
 * @param {object} config More settings of Verdaccio: which packages it has, and where they come from.
 * @param {(request: import("node:http").IncomingMessage) => boolean} [refuses] Which requests the registry rejects.
 */
export async function startRegistry(folder, config, refuses = () => false) {
  installIn(import.meta.dirname);
  const { runServer } = await import("verdaccio");
  mkdirSync(folder, { recursive: true });
  const file = (name) => path.join(folder, name);
  const app = await runServer({
    config_path: file("config.yaml"),
    self_path: file("config.yaml"),
    storage: file("storage"),
    auth: { htpasswd: { file: file("htpasswd") } },
    max_body_size: "100mb",
    log: { type: "file", path: file("log"), level: "warn" },
    web: { enable: false },
    ...config,
  });
  const server = createServer((request, response) => {
    if (refuses(request)) response.writeHead(403).end();
    else app.emit("request", request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${server.address().port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
