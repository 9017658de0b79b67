import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import { IDENTITY, RUNNING_ID, START, isVirtual, keysOf, sourceOf } from "./vite/keys.mjs";
import { settle, validate } from "./vite/options.mjs";
import { recorderFor } from "./vite/recorder.mjs";
import { isClientComponent, replaceDeploymentId, rewrite, workerShape } from "./vite/rewrite.mjs";
import { FAMILIES, RELEASES } from "./vite/shapes.mjs";
import { findVinext, readAppConfig } from "./vite/vinext.mjs";
import { checkWorkers, isWorker } from "./vite/workers.mjs";

const PACKAGE = "vinext-cache-key";
const { version: VERSION } = createRequire(import.meta.url)("../package.json");

/** The environments in which vinext builds servers for Node. */
const NODE_ENVIRONMENTS = ["rsc", "ssr"];

/** The options whose effect depends on next.config. */
const NEED_CONFIG = /** @type {const} */ (["pages", "runtimeDeploymentId", "versionMetadataBinding"]);

const VARIABLE = "NEXT_DEPLOYMENT_ID";
const DEPLOYMENT_ID = `process.env.${VARIABLE}`;
/** Files of JavaScript and TypeScript, and the part of their extension that tells how to parse them. */
const SCRIPT = /\.[cm]?([jt]sx?)(?=\?|$)/;
const VINEXT_DEPLOYMENT_ID = "process.env.__VINEXT_DEPLOYMENT_ID";

/** What messages call the keys of a family. */
const KEYS_OF = { "use-cache": '"use cache" keys', pages: "page keys" };

/** The ends of the paths of vinext's modules, such as `/shims/cache-runtime.js`. In development a `?v=` query follows. */
const TAILS = RELEASES.flatMap(({ families }) =>
  FAMILIES.map((family) => {
    const { specifier, derivedBy } = families[family];
    const tail = specifier.split("/").slice(-2).join("/");
    return { family, derivedBy, pattern: new RegExp(`[\\/]${tail}\\.[cm]?[jt]s(?=\\?|$)`) };
  }),
);
/** The entries of vinext's servers. Without options, no other module has to be read. */
const ENTRY = /^\0virtual:vinext-[\w-]+-entry$/;
/** The entries of a Worker's own part: `ssr` of the App Router is loaded by it. */
const WORKER_ENTRY = /^\0virtual:vinext-(?!app-ssr-)[\w-]+-entry$/;
const KEY_MODULE_OR_ENTRY = new RegExp(
  [...TAILS.map(({ pattern }) => pattern), ENTRY].map(({ source }) => source).join("|"),
);

/**
 * @typedef {object} VinextCacheKeyOptions
 * @property {boolean} [pages] Also put the deployment ID in front of the keys of pages, route handlers and metadata. By
 *   default only a build ID keeps them apart, as in vinext. Default: `true` with `runtimeDeploymentId`.
 * @property {boolean} [fileMetadata] Also key the name and the type of a file passed to a cached function, as Next.js
 *   does. By default only its bytes are keyed, as in vinext.
 * @property {boolean} [runtimeDeploymentId] A built server takes its deployment ID from `NEXT_DEPLOYMENT_ID` when it
 *   starts, and does not start without one. By default the ID is fixed by the build, as in vinext. Default: `true` where
 *   next.config has `experimental.runtimeServerDeploymentId`.
 * @property {string} [versionMetadataBinding] Workers only, with `runtimeDeploymentId`: the version metadata binding whose
 *   `id` is the deployment ID where the variable `NEXT_DEPLOYMENT_ID` is not set.
 */
/** @import { Family } from "./vite/shapes.mjs" */

/** The messages that were printed. One build may make several instances of this plugin. */
const said = new Set();

/** Prints a message once. */
function once(/** @type {string} */ message, /** @type {(message: string) => void} */ say) {
  if (said.has(message)) return;
  said.add(message);
  say(message);
}

const warn = (/** @type {string} */ message) => once(`${PACKAGE}: ${message}`, console.warn);

/**
 * The runtime of an environment. `undefined` for a browser.
 *
 * @param {{ consumer?: string, resolve?: { conditions?: string[] } }} config
 */
function runtimeOf({ consumer, resolve }) {
  if (consumer === "client") return;
  return isWorker(resolve?.conditions) ? "workers" : "node";
}

/** The real path of a module's file. */
function fileOf(/** @type {string} */ id) {
  try {
    return realpathSync(id.replace(/\?.*/, ""));
  } catch {
    // Virtual modules have no file.
  }
}

/**
 * Puts the ID of the build into vinext's own code, whose scripts all deployments of a build share, and into client components,
 * which must render the same on the server and in browsers. Returns `undefined` for other code.
 *
 * @param {string} code
 * @param {string} text The ID, as an expression.
 * @param {{ id: string, isVinexts: boolean, parse: (code: string, lang: string) => any }} module
 */
function withBuildId(code, text, { id, isVinexts, parse }) {
  const [, language] = SCRIPT.exec(id) ?? [];
  if (!language || !code.includes(VARIABLE) || !(isVinexts || code.includes("use client"))) return;
  const program = parse(code, language.startsWith("ts") ? language : "jsx");
  return isVinexts || isClientComponent(program) ? replaceDeploymentId(code, program, text) : undefined;
}

/**
 * A Vite plugin that makes the servers of a [vinext](https://vinext.dev) app derive their cache keys with
 * `vinext-cache-key`. It goes beside `vinext()`, before or after it:
 *
 * ```js
 * import vinext from "vinext";
 * import vinextCacheKey from "vinext-cache-key/vite";
 *
 * export default { plugins: [vinext(), vinextCacheKey()] };
 * ```
 *
 * Without options a Worker is not changed. An unknown version of vinext is not changed either, and a warning says so. With an
 * option that needs other keys than vinext's, an unknown version is an error.
 *
 * @param {VinextCacheKeyOptions} [asked]
 * @returns {import("vite").Plugin}
 */
export default function vinextCacheKey(asked = {}) {
  validate(asked);
  /** @type {import("./vite/options.mjs").Options} */
  let options = { pages: false, fileMetadata: asked.fileMetadata ?? false, runtimeDeploymentId: false };
  /** @type {import("./vite/vinext.mjs").Vinext | undefined} */
  let vinext;
  /** @type {Map<string, Family>} by file */
  let keyModules = new Map();
  /** @type {string | undefined} The ID that vinext puts into the build. */
  let builtId;
  /** Vite's replacement for `process.env.NEXT_DEPLOYMENT_ID` in vinext's own code. */
  let builtIdText = "false";
  let scopesPages = false;
  /** @type {ReturnType<typeof recorderFor> | undefined} */
  let recorder;
  /** @type {Map<string, boolean>} whether a module was rewritten, by environment and file */
  const rewritten = new Map();

  /** Whether an option needs other keys than vinext's in this family. */
  const isNeeded = (/** @type {Family} */ family) =>
    family === "pages" ? scopesPages : options.fileMetadata || options.runtimeDeploymentId;

  /** Whether this package derives the keys of a family, if it knows vinext's code. */
  const isChanged = (/** @type {Family} */ family, /** @type {"node" | "workers"} */ runtime) =>
    isNeeded(family) || (family === "use-cache" && runtime === "node");

  /**
   * Says that vinext's code is unknown and stays. If an option needs other keys, that is an error.
   *
   * @param {Family} family
   * @param {string} reason
   * @param {{ error: (message: string) => never, warn: (message: string) => void }} context
   */
  function leave(family, reason, context) {
    const message = `vinext ${vinext?.version} keeps deriving its ${KEYS_OF[family]} itself: ${PACKAGE} does not recognise its code (${reason})`;
    if (isNeeded(family))
      context.error(`${message}. Update ${PACKAGE}, or remove the options that change these keys`);
    once(message, (text) => context.warn(text));
  }

  /** The runtime of an environment in which vinext's code is changed, or `undefined`. */
  function changedRuntime(/** @type {import("vite").Environment} */ { name, config }) {
    const runtime = runtimeOf(config);
    const takesPart = runtime === "workers" ? FAMILIES.some(isNeeded) : NODE_ENVIRONMENTS.includes(name);
    return takesPart ? runtime : undefined;
  }

  /**
   * The code of a module with the keys of a family, rewritten for the release of vinext that it fits.
   *
   * @param {Family} family
   * @param {string} code
   * @param {string} file
   * @param {{ runtime: "node" | "workers", parse: (code: string) => any }} how
   */
  function rewriteFor(family, code, file, { runtime, parse }) {
    const sibling = (/** @type {string} */ specifier) => readFileSync(join(dirname(file), specifier), "utf8");
    const how = { parse, keys: keysOf(family), sibling };
    let reason = "";
    for (const { families } of RELEASES) {
      try {
        const shape = runtime === "workers" ? workerShape(families[family]) : families[family];
        return { code: rewrite(code, shape, how) };
      } catch (error) {
        reason ||= error instanceof Error ? error.message : String(error);
      }
    }
    return { reason };
  }

  /** Whether cached functions of this vinext get their keys from this package. */
  const recognisesKeys = (/** @type {(code: string) => any} */ parse) =>
    [...keyModules].some(
      ([file, family]) =>
        family === "use-cache" &&
        rewriteFor(family, readFileSync(file, "utf8"), file, { runtime: "node", parse }).code !== undefined,
    );

  /** Throws if an option is set in a build that has no vinext. Vitest and other tools also load such a configuration. */
  function refuseOptions(/** @type {"build" | "serve"} */ command, /** @type {string} */ root) {
    const [option] = Object.entries(asked).find(([, value]) => value) ?? [];
    if (command !== "build" || !option) return;
    throw new Error(
      `vinextCacheKey's option "${option}" has no effect: there is no vinext in ${root}. Install vinext there, or remove the option`,
    );
  }

  /** @type {import("vite").Plugin & { transform: any }} */
  const plugin = {
    name: PACKAGE,
    enforce: "pre",
    // `vinext-cache-key explain` reads the options from here, to say what a build now would do.
    api: { options: asked },

    config: {
      // After vinext has read its configuration and told Vite about it.
      order: "post",
      async handler({ root = process.cwd(), resolve: { alias } = {}, define, plugins }, { command }) {
        root = resolve(root);
        vinext = findVinext(root, alias);
        if (!vinext) return refuseOptions(command, root);
        for (const { families } of RELEASES) {
          for (const family of FAMILIES) {
            const file = vinext.resolve(families[family].specifier);
            if (file) keyModules.set(file, family);
          }
        }
        if (command !== "build") return;
        const config = await readAppConfig(vinext, root, plugins);
        const needy = NEED_CONFIG.find((name) => asked[name]);
        if (!config && needy) {
          throw new Error(
            `vinext ${vinext.version} does not export how it reads next.config, and the option "${needy}" needs that. Update vinext, or remove the option`,
          );
        }
        if (config) options = settle(asked, config, warn);
        builtIdText = String(define?.[DEPLOYMENT_ID] ?? builtIdText);
        builtId = JSON.parse(define?.[VINEXT_DEPLOYMENT_ID] ?? '""') || undefined;
        scopesPages = options.pages && (options.runtimeDeploymentId || builtId !== undefined);
        if (options.pages && !scopesPages) {
          warn(
            'The option "pages" has nothing to scope by: there is no deploymentId and no NEXT_DEPLOYMENT_ID',
          );
        }
        if (options.runtimeDeploymentId) delete plugin.transform.filter;
      },
    },

    configEnvironment: {
      order: "post",
      handler(name, config, { isSsrTargetWebworker }) {
        // Vite's development server bundles the dependencies of an app, and cannot bundle an addon. It scans all files of the app,
        // also for browsers.
        const optimizeDeps = { exclude: [PACKAGE] };
        if (name === "client") return { optimizeDeps };
        const define = options.runtimeDeploymentId ? { [DEPLOYMENT_ID]: RUNNING_ID } : {};
        if (runtimeOf(config) === "workers") return { define };
        if (!NODE_ENVIRONMENTS.includes(name) || isSsrTargetWebworker || runtimeOf(config) !== "node") return;
        const { external, noExternal } = config.resolve ?? {};
        // `true` makes every package external, unless vinext has set `noExternal: true`, which has precedence.
        const isExternal = external === true && noExternal !== true;
        if (external === true && !isExternal) delete config.resolve?.external;
        return { resolve: isExternal ? {} : { external: [PACKAGE] }, optimizeDeps, define };
      },
    },

    configResolved(config) {
      if (config.plugins.filter(({ name }) => name === PACKAGE).length > 1) {
        throw new Error(
          "vinextCacheKey() is listed twice in the plugins of the Vite configuration. Remove one",
        );
      }
      if (config.command !== "build") return;
      if ([asked, options].flatMap(Object.values).some(Boolean)) {
        const servers = Object.entries(config.environments).filter(([, server]) => runtimeOf(server));
        checkWorkers(servers, asked);
      }
      recorder = recorderFor(config);
    },

    applyToEnvironment: ({ config }) => runtimeOf(config) !== undefined,

    buildStart() {
      if (!vinext) return;
      // Not when the configuration is resolved, because other tools do that too.
      if (recorder && this.environment.config.build.write) recorder.begin();
      const runtime = changedRuntime(this.environment);
      if (!runtime) return;
      const found = new Set(keyModules.values());
      // A module that does not exist is never transformed. Without this check, nothing would say that the keys are vinext's own.
      for (const family of FAMILIES) {
        if (found.has(family) || !isChanged(family, runtime)) continue;
        leave(family, `there is no ${RELEASES[0].families[family].specifier}`, this);
      }
    },

    resolveId: {
      filter: { id: new RegExp(`^virtual:${PACKAGE}/`) },
      handler: (id) => (isVirtual(id) ? `\0${id}` : undefined),
    },

    load: {
      filter: { id: new RegExp(`^\0virtual:${PACKAGE}/`) },
      handler(id) {
        // If vinext derives the keys itself, a server prints no line.
        const runtime = runtimeOf(this.environment.config);
        const isIdle = id === `\0${START}` && !recognisesKeys((text) => this.parse(text));
        return isIdle ? "" : sourceOf(id.slice(1), options, runtime);
      },
    },

    transform: {
      filter: { id: KEY_MODULE_OR_ENTRY },
      /** @this {import("rolldown").TransformPluginContext & { environment: import("vite").Environment }} */
      handler(/** @type {string} */ code, /** @type {string} */ id) {
        const runtime = changedRuntime(this.environment);
        if (!runtime) return;
        const file = fileOf(id);
        const family = file && keyModules.get(file);
        if (file && family) {
          const parse = (/** @type {string} */ text) => this.parse(text);
          const { code: result, reason } = rewriteFor(family, code, file, { runtime, parse });
          const isUsed = result !== undefined && isChanged(family, runtime);
          rewritten.set(`${this.environment.name}:${file}`, isUsed);
          if (result === undefined) return leave(family, reason, this);
          return isUsed ? { code: result, map: null } : undefined;
        }
        if (options.runtimeDeploymentId) {
          const parse = (/** @type {string} */ text, /** @type {any} */ lang) => this.parse(text, { lang });
          const isVinexts = Boolean(vinext && file?.startsWith(vinext.folder + sep));
          const kept = withBuildId(code, builtIdText, { id, isVinexts, parse });
          if (kept !== undefined) return { code: kept, map: null };
        }
        if (this.environment.config.command !== "build") return;
        // A Worker's own entry does not tell whether there is vinext in it: a queue consumer of the same build has none.
        const needsId = runtime === "workers" && options.runtimeDeploymentId && WORKER_ENTRY.test(id);
        if (needsId) return { code: `import "${IDENTITY}";${code}`, map: null };
        if (runtime === "node" && this.getModuleInfo(id)?.isEntry) {
          return { code: `import "${START}";${code}`, map: null };
        }
      },
    },

    generateBundle() {
      const { name, config } = this.environment;
      // The scan passes of an App Router build write no files.
      if (!config.build.write) return;
      for (const id of this.getModuleIds()) {
        const { family, derivedBy } = TAILS.find(({ pattern }) => pattern.test(id)) ?? {};
        const code = this.getModuleInfo(id)?.code;
        if (!family || !derivedBy?.some((exported) => code?.includes(exported))) continue;
        const known = rewritten.get(`${name}:${fileOf(id)}`);
        if (known) continue;
        const message = `${PACKAGE} did not rewrite ${id}, which derives ${KEYS_OF[family]} in the environment "${name}"`;
        if (isNeeded(family))
          this.error(`${message}. Remove the option that changes these keys, and report this as a bug`);
        // Without options Workers are not changed. For a module of unknown code there was a warning already.
        if (family === "use-cache" && known === undefined && changedRuntime(this.environment)) {
          once(message, (text) => this.warn(text));
        }
      }
    },

    writeBundle: {
      order: "post",
      sequential: true,
      handler({ dir }, bundle) {
        const { name, config } = this.environment;
        const runtime = runtimeOf(config);
        if (!runtime || !recorder) return;
        recorder.add(runtime, dir ?? config.build.outDir, bundle, (id) => {
          const tail = TAILS.find(({ pattern }) => pattern.test(id));
          return tail && { ...tail, rewritten: rewritten.get(`${name}:${fileOf(id)}`) === true };
        });
        recorder.endPages();
      },
    },

    buildApp: {
      order: "post",
      async handler() {
        if (!vinext) return;
        recorder?.end({ package: VERSION, vinext: vinext.version, deploymentId: builtId ?? null, options });
      },
    },
  };
  return plugin;
}
