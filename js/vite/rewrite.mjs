import { ModuleShape } from "./shape.mjs";

/** The module beside cache-runtime that digests the arguments of a cached function. */
export const FLIGHT_ARGUMENTS = "./cache-flight-arguments.js";

const FLIGHT_ARGUMENTS_KEY = `function $digest($args) {
  const $reply = typeof $args.reply === "string" ? $args.reply
    : $args.reply.map(($entry) => $entry.length === 2 ? $entry : [$entry[0], { bytes: $entry[1] }]);
  return $createHash("sha256").update(JSON.stringify({ ...$args, reply: $reply })).digest("base64url");
}`;

const BUILD_USE_CACHE_KEY = `function $build($id, $keySeed, $argsKey) {
  const $scopedId = $keySeed ? \`build:\${encodeURIComponent($keySeed)}:\${$id}\` : $id;
  return $argsKey === void 0 ? \`use-cache:\${$scopedId}\` : \`use-cache:\${$scopedId}:\${$argsKey}\`;
}`;

/** @param {string} expression what Vite replaces by a value */
const inlined = (expression) => `function $self() {
  try { return ${expression}; }
  catch ($error) { if ($error instanceof ReferenceError) return void 0; throw $error; }
}`;
const DEPLOYMENT_ID = inlined("process.env.__VINEXT_DEPLOYMENT_ID || process.env.NEXT_DEPLOYMENT_ID");
const BUILD_ID = inlined("process.env.__VINEXT_BUILD_ID");
const KEY_SEED = "function $self() { return $deploymentId() || $buildId(); }";

/**
 * What the rewritten module calls something it imports: no name of its own.
 *
 * @param {string} name
 */
const ours = (name) => `vinextCacheKey$${name}`;

/**
 * @param {string} code vinext's cache-flight-arguments
 * @param {import("./shape.mjs").Parse} parse
 */
function expectKnownDigest(code, parse) {
  const shape = new ModuleShape(code, parse);
  const $digest = shape.exported("flightArgumentsKey").local.name;
  const $createHash = shape.imported("createHash", "node:crypto").local.name;
  shape.find("flightArgumentsKey", FLIGHT_ARGUMENTS_KEY, { $digest, $createHash });
  shape.expectMentions({ [$digest]: 2, [$createHash]: 2 });
}

/**
 * vinext's cache-runtime, made to derive its keys by what the module `keys` exports: `buildUseCacheKey`,
 * `deriveUseCacheKey`, `keySeed` and, if it is to be used, `options`. Throws, naming what differs, where vinext's own
 * way to a key is not the one that this package reproduces.
 *
 * Only references change, each within its line, and the import comes last: what a source map would say holds without
 * one. A bundler drops the functions no longer called.
 *
 * @param {string} code vinext's cache-runtime
 * @param {string} flightArguments the code of the module it imports `flightArgumentsKey` from
 * @param {{ parse: import("./shape.mjs").Parse, keys: string, options: boolean }} how
 */
export function rewriteCacheRuntime(code, flightArguments, { parse, keys, options }) {
  expectKnownDigest(flightArguments, parse);

  const shape = new ModuleShape(code, parse);
  const exported = shape.exported("buildUseCacheKey");
  const $build = exported.local.name;
  const $digest = shape.imported("flightArgumentsKey", FLIGHT_ARGUMENTS).local.name;
  const $deploymentId = shape.find("deployment ID", DEPLOYMENT_ID).id.name;
  const $buildId = shape.find("build ID", BUILD_ID).id.name;
  const $seed = shape.find("key seed", KEY_SEED, { $deploymentId, $buildId }).id.name;
  shape.find("buildUseCacheKey", BUILD_USE_CACHE_KEY, { $build });
  const seedCall = shape.find("call for the key seed", "$seed()", { $seed });
  const keyCall = shape.find("call of buildUseCacheKey", "$build($id, $keySeed, $digest($args))", {
    $build,
    $digest,
  });
  shape.expectMentions({ [$build]: 3, [$digest]: 2, [$seed]: 2, [$deploymentId]: 2, [$buildId]: 2 });

  const [id, keySeed, digest] = keyCall.arguments;
  const args = [id, keySeed, digest.arguments[0]].map(({ name }) => name);
  if (options) args.push(ours("options"));
  const edits = [
    { at: exported, text: `${ours("buildUseCacheKey")} as buildUseCacheKey` },
    { at: seedCall, text: ours("keySeed") },
    { at: keyCall, text: `${ours("deriveUseCacheKey")}(${args.join(", ")})` },
  ].sort((a, b) => b.at.start - a.at.start);
  const edited = edits.reduce(
    (text, { at, text: replacement }) => text.slice(0, at.start) + replacement + text.slice(at.end),
    code,
  );
  const imports = ["buildUseCacheKey", "deriveUseCacheKey", "keySeed", ...(options ? ["options"] : [])];
  return `${edited}
import { ${imports.map((name) => `${name} as ${ours(name)}`).join(", ")} } from ${JSON.stringify(keys)};
`;
}
