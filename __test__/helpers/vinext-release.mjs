// Measures how a release of vinext makes keys, by its own functions, and where this package does the same.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "acorn";
import fc from "fast-check";
import { parseAst } from "vite";
import vinextCacheKey from "vinext-cache-key/vite";
import { divided, properties } from "./properties.mjs";

/** The inputs of the keys that each release is asked to build. */
export const known = {
  seed: "v 1",
  moduleId: "/app/[slug]/data.ts",
  exportName: "getData",
  serverReferenceId: "reference",
  text: '["$undefined",{"slug":"a:b"}]',
  rootParams: { lang: "en", region: undefined },
};

const RUNTIME = "dist/shims/cache-runtime.js";
const FLIGHT_ARGUMENTS = "dist/shims/cache-flight-arguments.js";

/** A function of a module, exported or not, evaluated with a `process`. `undefined` if there is none of that name. */
function hidden(directory, path, ...names) {
  const source = readFileSync(join(directory, path), "utf8");
  const { body } = parse(source, { ecmaVersion: "latest", sourceType: "module" });
  const found = names.map((name) =>
    body.find((node) => node.type === "FunctionDeclaration" && node.id.name === name),
  );
  if (found.includes(undefined)) return;
  const texts = found.map(({ start, end }) => source.slice(start, end));
  return new Function("process", `${texts.join("\n")}\nreturn ${names[0]};`);
}

/** The functions of a release in this directory, as scripts/lib/oracle.mjs has those of the one installed. */
async function functionsOf(directory) {
  const runtime = (...names) => hidden(directory, RUNTIME, ...names);
  const seed = runtime("getUseCacheKeySeed", "getUseCacheDeploymentIdDefine", "getUseCacheBuildIdDefine");
  const deploymentId = hidden(directory, "dist/config/next-config.js", "resolveDeploymentId");
  const flightArguments = join(directory, FLIGHT_ARGUMENTS);
  return {
    ...(existsSync(flightArguments) && (await import(pathToFileURL(flightArguments)))),
    buildUseCacheKey: runtime("buildUseCacheKey")(),
    replyToCacheKey: runtime("replyToCacheKey")?.(),
    computeRootParamsCacheKeySuffix: runtime("computeRootParamsCacheKeySuffix")?.(),
    resolveUseCacheKeySeed: (env) => seed({ env })(),
    resolveDeploymentId: (config, env) => deploymentId({ env })(config),
  };
}

/** Keys as the release builds them, by the kind of their arguments. */
async function keysOf(vinext, idIsJson) {
  const { seed, moduleId, exportName, serverReferenceId, text, rootParams } = known;
  const name = `${moduleId}:${exportName}`;
  const id = idIsJson ? JSON.stringify([name, serverReferenceId]) : name;
  const argsKey = async (reply) =>
    vinext.replyToCacheKey?.(reply) ?? vinext.flightArgumentsKey(await vinext.snapshotFlightReply(reply));
  const form = new FormData();
  form.append("0", new File(["bytes"], "a.txt", { type: "text/plain" }));
  const root = vinext.computeRootParamsCacheKeySuffix?.(rootParams, new Set(Object.keys(rootParams))) ?? "";
  return {
    text: vinext.buildUseCacheKey(id, seed, await argsKey(text)) + root,
    form: vinext.buildUseCacheKey(id, seed, await argsKey(form)) + root,
  };
}

/** Whether the Vite plugin rewrites the release's cache-runtime, or leaves it and says so. */
async function pluginOn(directory, version) {
  const file = join(directory, RUNTIME);
  const { config, transform } = vinextCacheKey();
  const alias = { "vinext/cache-runtime": file };
  await config.handler({ root: directory, resolve: { alias } }, { command: "serve" });
  const warnings = [];
  const context = {
    environment: { name: "rsc", config: { consumer: "server", resolve: { conditions: [] } } },
    parse: parseAst,
    warn: (warning) => warnings.push(warning),
  };
  const result = transform.handler.call(context, readFileSync(file, "utf8"), file);
  if (result) return parseAst(result.code) && warnings.length === 0 ? "replaced" : "broken";
  return warnings.length === 1 && warnings[0].includes(`vinext ${version} `) ? "left alone" : "broken";
}

/**
 * Measures a release: which exports equal its functions in so many random cases, what the plugin does with it, and keys
 * that it builds.
 */
export async function measure(api, directory, cases) {
  const { version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const vinext = await functionsOf(directory);
  const equal = new Set();
  const different = new Set();
  for (const { title, property, numRuns } of divided(properties(api, vinext), cases)) {
    const [name] = title.split(" ");
    const { failed } = await fc.check(property, { numRuns, endOnFailure: true });
    (failed ? different : equal).add(name);
  }
  // vinext has no function that parses keys. Parsing is tested with the recorded `keys`.
  different.add("parseUseCacheKey");
  const idIsJson = readFileSync(join(directory, RUNTIME), "utf8").includes("JSON.stringify([id, ");
  return {
    equal: [...equal].filter((name) => !different.has(name)),
    plugin: await pluginOn(directory, version),
    keys: await keysOf(vinext, idIsJson),
  };
}
