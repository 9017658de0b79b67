// Random calls of every export, valid and invalid. Two implementations must give the same answers.
import fc from "fast-check";
import { inspect, isDeepStrictEqual } from "node:util";
import {
  deploymentId,
  digest,
  functionId,
  keyLike,
  keySeed,
  pageKeyLike,
  oddArguments,
  oddValue,
  argsKey,
  plainArguments,
  rootParams,
} from "./arbitraries.mjs";
import { text } from "./texts.mjs";

/** Mostly valid values. */
const mostly = (arbitrary) =>
  fc.oneof({ weight: 12, arbitrary }, oddValue, fc.constant(Proxy.revocable([], {}).proxy));
const record = (model) => mostly(fc.record(model, { requiredKeys: [] }));

const identity = mostly(fc.oneof(fc.constantFrom("", "v1", "v2"), deploymentId));
const environment = record({
  __VINEXT_DEPLOYMENT_ID: identity,
  NEXT_DEPLOYMENT_ID: identity,
  __VINEXT_BUILD_ID: mostly(text),
  RELEASE: record({ id: mostly(text) }),
});
const args = mostly(fc.oneof(plainArguments, oddArguments, fc.record({ reply: fc.array(oddValue) })));
const keyOptions = record({ fileMetadata: mostly(fc.boolean()) });

/** Text with a piece inserted or removed. */
const cut = fc.option(
  fc.record({
    at: fc.nat(150),
    length: fc.nat(3),
    piece: fc.oneof(text, fc.constantFrom(...' \n",[]:/')),
  }),
);
const mutated = (/** @type {string} */ whole, /** @type {any} */ cut) =>
  cut ? whole.slice(0, cut.at) + cut.piece + whole.slice(cut.at + cut.length) : whole;

/** Whole keys, and keys with a piece inserted or removed. */
const key = fc
  .record({
    seed: fc.oneof(
      fc.constantFrom("", "build::", "build:%c3%a9:", "build:%41:", "build:%C3:"),
      fc.webSegment().map((seed) => `build:${encodeURIComponent(seed)}:`),
    ),
    id: functionId,
    args: fc.oneof(
      fc.constantFrom("", ":", ":text:root-params:[]"),
      digest.map((key) => `:${key}`),
      fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }).map((list) => `:${JSON.stringify(list)}`),
      text,
    ),
    root: fc.oneof(
      fc.constant(""),
      rootParams.map((params) => `:root-params:${JSON.stringify(Object.entries(params))}`),
    ),
    cut,
  })
  .map(({ seed, id, args, root, cut }) => mutated(`use-cache:${seed}${id}${args}${root}`, cut));

/** Keys of the other families, and such keys with a piece inserted or removed. */
const otherKey = fc.tuple(pageKeyLike, cut).map(([whole, cut]) => mutated(whole, cut));

/** Keys of every family, and limits around their lengths. */
const storedKey = fc.oneof(
  key,
  keyLike,
  fc.tuple(deploymentId, text).map(([id, rest]) => `deployment:${id}:${rest}`),
  text,
);
const maxBytes = fc.oneof(
  fc.nat(200),
  fc.constantFrom(0, 512, -1, 1.5, Number.NaN, Infinity, 2 ** 32, 2 ** 60),
);

/** For each export: its share of the cases, and its parameters. */
const calls = {
  validateDeploymentId: [1, identity],
  resolveDeploymentId: [
    3,
    identity,
    environment,
    record({ runtimeServerDeploymentId: mostly(fc.boolean()) }),
  ],
  resolveUseCacheKeySeed: [
    3,
    environment,
    record({ deploymentId: identity, versionMetadataBinding: mostly(fc.constant("RELEASE")) }),
  ],
  buildUseCacheKey: [2, mostly(functionId), mostly(keySeed), mostly(argsKey)],
  storageKey: [4, mostly(storedKey), record({ maxBytes: mostly(maxBytes) })],
  useCacheKeyPrefix: [1, mostly(keySeed)],
  flightArgumentsKey: [4, args, keyOptions],
  deriveUseCacheKey: [4, mostly(functionId), mostly(keySeed), args, keyOptions],
  parseCacheKey: [6, mostly(fc.oneof(key, { weight: 3, arbitrary: otherKey }))],
  parseUseCacheKey: [6, mostly(fc.oneof(key, keyLike))],
};

/** Everything that a caller can observe of a call. */
function outcome(run, inputs) {
  try {
    const value = run(...inputs);
    return { value, names: Object.keys(Object(value)) };
  } catch (error) {
    return { class: error.constructor, code: error.code, message: error.message };
  }
}

/**
 * Every property by its title, and its share of the cases.
 *
 * @returns {Record<string, [share: number, property: import("fast-check").IRawProperty<any>]>}
 */
export const agreement = (one, other) =>
  Object.fromEntries(
    Object.entries(calls).map(([name, [share, ...parameters]]) => {
      const agree = fc.property(...parameters, (...inputs) => {
        const [expected, actual] = [one, other].map((api) => outcome(api[name], inputs));
        if (isDeepStrictEqual(expected, actual)) return;
        throw new Error(inspect({ expected, actual }));
      });
      return [`${name} of either implementation`, [share, agree]];
    }),
  );
