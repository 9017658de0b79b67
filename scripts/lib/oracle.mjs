// vinext's own functions, from its npm package.
import { readFileSync } from "node:fs";
import { parse } from "acorn";

const file = (path) => new URL(`../../node_modules/vinext/dist/${path}`, import.meta.url);

export const { buildUseCacheKey } = await import(file("shims/cache-runtime.js"));
export const { flightArgumentsKey, snapshotFlightReply } = await import(
  file("shims/cache-flight-arguments.js")
);

/** A function that vinext does not export, evaluated with another `process`. The first name is the function, the others are its helpers. */
function privately(path, ...names) {
  const source = readFileSync(file(path), "utf8");
  const { body } = parse(source, { ecmaVersion: "latest", sourceType: "module" });
  const texts = names.map((name) => {
    const { start, end } = body.find((node) => node.type === "FunctionDeclaration" && node.id.name === name);
    return source.slice(start, end);
  });
  return new Function("process", `${texts.join("\n")}\nreturn ${names[0]};`);
}

const keySeed = privately(
  "shims/cache-runtime.js",
  "getUseCacheKeySeed",
  "getUseCacheDeploymentIdDefine",
  "getUseCacheBuildIdDefine",
);
const deploymentId = privately("config/next-config.js", "resolveDeploymentId");
const rootParamsSuffix = privately("shims/cache-runtime.js", "computeRootParamsCacheKeySuffix");

export const resolveUseCacheKeySeed = (env) => keySeed({ env })();
export const resolveDeploymentId = (config, env) => deploymentId({ env })(config);
export const computeRootParamsCacheKeySuffix = rootParamsSuffix({});
