// Collects facts while a build runs, and writes the record of a build that succeeded.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { digestOfFolder, removeRecord, writeRecord } from "../build-record.mjs";
import { FAMILIES } from "./shapes.mjs";
import { engineOf, identityOf, statusLine } from "./status.mjs";

/**
 * The recorders of builds of both routers whose second bundle, that of the Pages Router, is not written yet. vinext makes another
 * instance of this plugin for it, in the same process.
 *
 * @type {Map<string, Recorder>} by the root of the app
 */
const unfinished = new Map();

const hasRsc = (/** @type {any} */ config) => config.environments.rsc !== undefined;

/** The recorder of a build that starts, or the one of the main part of a build of both routers. */
export function recorderFor(/** @type {import("vite").ResolvedConfig} */ config) {
  const main = unfinished.get(config.root);
  if (main && config.build.ssr && !hasRsc(config)) return main;
  return new Recorder(config);
}

/** How servers on this machine derive their keys. The package is loaded late, because only the end of a build needs it. */
function engineHere() {
  try {
    return engineOf(createRequire(import.meta.url)("vinext-cache-key").implementation);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    return `natively, but the package does not load on this machine (${code})`;
  }
}

class Recorder {
  #logger;
  #root;
  #server;
  #awaitsPages;
  #hasBegun = false;
  #runtime = /** @type {"node" | "workers"} */ ("node");
  /** @type {Set<string>} */
  #files = new Set();
  /** @type {import("../build-record.mjs").BuildFacts["keys"]} */
  #keys = {};

  /** @param {import("vite").ResolvedConfig} config */
  constructor(config) {
    this.#logger = config.logger;
    this.#root = config.root;
    this.#server = join(config.root, "dist/server");
    this.#awaitsPages =
      hasRsc(config) && config.define?.["process.env.__VINEXT_HAS_PAGES_ROUTER"] === JSON.stringify("true");
    unfinished.delete(config.root);
  }

  /**
   * A server environment is about to write its files. With the first one, the record of an earlier build stops being true. The
   * last one may be an auxiliary Worker, which Cloudflare's plugin builds after this build's record is written.
   */
  begin() {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    removeRecord(this.#server);
  }

  /**
   * Notes the files of a server environment, and who derives the keys in them.
   *
   * @param {"node" | "workers"} runtime
   * @param {string} directory
   * @param {Record<string, any>} bundle as Rolldown hands it to `writeBundle`
   * @param {(file: string) => { family: import("./shapes.mjs").Family, derivedBy: string[], rewritten: boolean } | undefined} keyModule
   */
  add(runtime, directory, bundle, keyModule) {
    if (runtime === "workers") this.#runtime = runtime;
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      this.#files.add(resolve(directory, chunk.fileName));
      for (const [id, { renderedExports }] of Object.entries(chunk.modules)) {
        const found = keyModule(id);
        if (!found?.derivedBy.some((name) => renderedExports.includes(name))) continue;
        // If one environment keeps vinext's own code, the keys count as vinext's own.
        if (!found.rewritten) this.#keys[found.family] = "vinext";
        else this.#keys[found.family] ??= "vinext-cache-key";
      }
    }
  }

  /**
   * The environments that Vite builds are done.
   *
   * @param {Omit<import("../build-record.mjs").BuildFacts, "runtime" | "root" | "buildId" | "keys">} facts
   */
  end(facts) {
    this.facts = facts;
    if (this.#awaitsPages && this.#runtime === "node") unfinished.set(this.#root, this);
    else this.#write(facts);
  }

  /** The bundle of the Pages Router is written, if this build was waiting for it. */
  endPages() {
    if (unfinished.get(this.#root) !== this || !this.facts) return;
    unfinished.delete(this.#root);
    this.#write(this.facts);
  }

  /** @param {NonNullable<Recorder["facts"]>} facts */
  #write(facts) {
    const file = join(this.#server, "BUILD_ID");
    if (this.#files.size === 0 || !existsSync(file)) return;
    const keys = Object.fromEntries(
      FAMILIES.flatMap((name) => (this.#keys[name] ? [[name, this.#keys[name]]] : [])),
    );
    const root = digestOfFolder(this.#root);
    const buildId = readFileSync(file, "utf8");
    writeRecord(this.#server, { ...facts, runtime: this.#runtime, root, buildId, keys }, this.#files);
    this.#logger.info(this.#status(facts, buildId));
  }

  /** @param {NonNullable<Recorder["facts"]>} facts @param {string} buildId */
  #status({ deploymentId, options }, buildId) {
    const variable = options.versionMetadataBinding
      ? "NEXT_DEPLOYMENT_ID or the version ID"
      : "NEXT_DEPLOYMENT_ID";
    const identity = options.runtimeDeploymentId
      ? `${variable} of each ${this.#runtime === "workers" ? "Worker" : "server"}`
      : identityOf(deploymentId, buildId);
    const isOurs = this.#keys["use-cache"] === "vinext-cache-key" && this.#runtime === "node";
    return statusLine({ keys: this.#keys, identity, engine: isOurs ? engineHere() : "by vinext" });
  }
}
