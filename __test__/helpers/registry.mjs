// A registry of the tests' own, empty, on a free port of this machine.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startRegistry } from "./verdaccio/main.mjs";

const EMPTY = { uplinks: {}, packages: { "**": { access: "$all", publish: "$all" } } };

/**
 * @typedef {object} Registry
 * @property {NodeJS.ProcessEnv} env The environment that makes npm use the registry.
 * @property {string[]} requests The requests that the registry got, as "PUT name".
 * @property {Set<string>} refused Requests that the registry rejects while they are in this set.
 * @property {() => void} stop
 *
 * @returns {Promise<Registry>}
 */
export async function startEmptyRegistry() {
  const folder = mkdtempSync(path.join(tmpdir(), "registry-"));
  const requests = [];
  const refused = new Set();
  const { host, stop } = await startRegistry(folder, EMPTY, ({ method, url }) => {
    const asked = `${method} ${url.slice(1)}`;
    requests.push(asked);
    return refused.has(asked);
  });
  const npmrc = path.join(folder, "npmrc");
  writeFileSync(npmrc, `registry=http://${host}/\n//${host}/:_authToken=anyone\n`);
  return {
    env: { ...process.env, npm_config_userconfig: npmrc, npm_config_registry: `http://${host}/` },
    requests,
    refused,
    stop() {
      stop();
      rmSync(folder, { recursive: true });
    },
  };
}
