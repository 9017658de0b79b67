// A registry of the tests' own, empty, on a free port of this machine.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const VERDACCIO = "6.8.0";
const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));

/** Verdaccio, which brings some three hundred packages: installed apart, when it is first needed. */
function verdaccio() {
  const folder = path.join(cache, `verdaccio-${VERDACCIO}`);
  const manifest = {
    dependencies: { verdaccio: VERDACCIO },
    // A plugin asks for it by a tag, which not every mirror of npm has.
    overrides: { "node-fetch": "2.7.0" },
  };
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const fresh = mkdtempSync(folder);
    writeFileSync(path.join(fresh, "package.json"), JSON.stringify(manifest));
    execFileSync("npm", ["install", "--loglevel=error", "--no-audit", "--no-fund"], {
      cwd: fresh,
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    });
    renameSync(fresh, folder);
  }
  return createRequire(path.join(folder, "package.json"))("verdaccio");
}

/**
 * @typedef {object} Registry
 * @property {NodeJS.ProcessEnv} env What makes npm use it.
 * @property {string[]} requests What it was asked, as "PUT name".
 * @property {Set<string>} refused Requests that it turns down, for as long as they are in here.
 * @property {() => void} stop
 *
 * @returns {Promise<Registry>}
 */
export async function startRegistry() {
  const folder = mkdtempSync(path.join(tmpdir(), "registry-"));
  const file = (name) => path.join(folder, name);
  const app = await verdaccio().runServer({
    config_path: file("config.yaml"),
    self_path: file("config.yaml"),
    storage: file("storage"),
    auth: { htpasswd: { file: file("htpasswd") } },
    uplinks: {},
    packages: { "**": { access: "$all", publish: "$all" } },
    log: { type: "file", path: file("log"), level: "warn" },
    web: { enable: false },
  });
  const requests = [];
  const refused = new Set();
  const server = createServer((request, response) => {
    const asked = `${request.method} ${request.url.slice(1)}`;
    requests.push(asked);
    if (refused.has(asked)) response.writeHead(403).end();
    else app.emit("request", request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${server.address().port}`;
  writeFileSync(file("npmrc"), `registry=http://${host}/\n//${host}/:_authToken=anyone\n`);
  return {
    env: { ...process.env, npm_config_userconfig: file("npmrc"), npm_config_registry: `http://${host}/` },
    requests,
    refused,
    stop() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}
