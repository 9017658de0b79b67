// Properties that are true for every input. Each one compares a call with vinext's own function. If this package differs on
// purpose, the property says how and why.
import fc from "fast-check";
import { inspect, isDeepStrictEqual } from "node:util";
import * as arbitrary from "./arbitraries.mjs";
import * as installed from "../../scripts/lib/oracle.mjs";

const { digest, functionId, keyLike, keySeed, oddArguments, oddValue, plainArguments, thrownByUser } =
  arbitrary;

function settle(call) {
  try {
    return { value: call() };
  } catch (error) {
    return { error };
  }
}

function expect(condition, actual, expected) {
  if (condition) return;
  throw new Error(
    `${inspect(actual, { depth: 4 })}, where this was expected: ${inspect(expected, { depth: 4 })}`,
  );
}

function expectSame(actual, expected) {
  const outcome = settle(actual);
  const reference = settle(expected);
  if (!("error" in reference))
    return expect(!("error" in outcome) && outcome.value === reference.value, outcome, reference);
  if (reference.error === thrownByUser) return expect(outcome.error === thrownByUser, outcome, reference);
  const { name, message } = reference.error;
  expect(outcome.error?.name === name && outcome.error.message === message, outcome, reference);
}

/** vinext converts every argument to text, also `null` and objects. This package throws an error that names the argument. */
function expectRefusal(argument, actual) {
  const outcome = settle(actual);
  const { error } = outcome;
  const named = error instanceof TypeError && error.message.startsWith(`The "${argument}`);
  expect(named && error.code === "ERR_INVALID_ARG_TYPE", outcome, `a refusal of "${argument}"`);
}

function expectCode(code, actual) {
  const outcome = settle(actual);
  expect(outcome.error?.code === code, outcome, code);
}

const ROOT_PARAMS = ":root-params:";
const isSeed = (value) => typeof value === "string" || value === null || value === undefined;

/** The first argument of a wrong type, if there is one. */
function refused(id, keySeed, argsKey) {
  if (typeof id !== "string") return "id";
  if (!isSeed(keySeed)) return "keySeed";
  if (argsKey !== undefined && typeof argsKey !== "string") return "argsKey";
}

/** The part of the arguments that is not of the documented type. vinext then fails by chance, or keys the characters of a string as a file. */
function refusedArguments(args) {
  if (Object(args) !== args) return "args";
  const { reply } = args;
  if (typeof reply === "string") return;
  if (!Array.isArray(reply)) return "args.reply";
  const at = reply.findIndex((entry, index) => index in reply && !Array.isArray(entry));
  if (at >= 0) return `args.reply[${at}]`;
}

function expectSameDigest(args, actual, expected) {
  const argument = refusedArguments(args);
  if (argument !== undefined) return expectRefusal(argument, actual);
  // With a `toJSON` that returns undefined, vinext's own error comes from node:crypto, which wants a string.
  if (settle(expected).error?.code === "ERR_INVALID_ARG_TYPE") return expectRefusal("args", actual);
  expectSame(actual, expected);
}

/** The arguments that vinext has to get so that it keys them as `fileMetadata` does. It takes every entry of two elements for text. */
function withFileMetadata(args) {
  if (typeof args.reply === "string") return args;
  const key = ([name, bytes, fileName, , type]) => [name, { bytes, name: fileName, type }];
  return { ...args, reply: args.reply.map((entry) => (entry.length === 2 ? entry : key(entry))) };
}

const often = (value) => fc.oneof({ weight: 9, arbitrary: value }, oddValue);

/**
 * Every property by its title, and its share of the cases. Their first word is the export that they are of.
 *
 * @returns {Record<string, [share: number, property: import("fast-check").IRawProperty<any>]>}
 */
export const properties = (api, vinext = installed) => ({
  "buildUseCacheKey is vinext's": [
    20,
    fc.property(often(functionId), often(keySeed), often(arbitrary.argsKey), (...inputs) => {
      const actual = () => api.buildUseCacheKey(...inputs);
      const argument = refused(...inputs);
      if (argument !== undefined) return expectRefusal(argument, actual);
      expectSame(actual, () => vinext.buildUseCacheKey(...inputs));
    }),
  ],

  "useCacheKeyPrefix is vinext's key of an empty id": [
    5,
    fc.property(often(keySeed), (seed) => {
      const actual = () => api.useCacheKeyPrefix(seed);
      if (!isSeed(seed)) return expectRefusal("keySeed", actual);
      expectSame(actual, () => vinext.buildUseCacheKey("", seed));
    }),
  ],

  "flightArgumentsKey is vinext's over arguments as vinext makes them": [
    20,
    fc.property(plainArguments, (args) => {
      expectSame(
        () => api.flightArgumentsKey(args),
        () => vinext.flightArgumentsKey(args),
      );
    }),
  ],

  "flightArgumentsKey is vinext's over real form data in vinext's own transport form": [
    2,
    fc.asyncProperty(arbitrary.form, async (form) => {
      const args = await vinext.snapshotFlightReply(form, 0);
      expectSame(
        () => api.flightArgumentsKey(args),
        () => vinext.flightArgumentsKey(args),
      );
    }),
  ],

  "flightArgumentsKey is vinext's over anything": [
    20,
    fc.property(oddArguments, (args) => {
      expectSameDigest(
        args,
        () => api.flightArgumentsKey(args),
        () => vinext.flightArgumentsKey(args),
      );
    }),
  ],

  "flightArgumentsKey with fileMetadata is vinext's, if that keyed names and types": [
    5,
    fc.property(plainArguments, (args) => {
      expectSame(
        () => api.flightArgumentsKey(args, { fileMetadata: true }),
        () => vinext.flightArgumentsKey(withFileMetadata(args)),
      );
    }),
  ],

  "deriveUseCacheKey is vinext's two functions in one": [
    15,
    fc.property(functionId, keySeed, fc.oneof(plainArguments, oddArguments), (id, seed, args) => {
      expectSameDigest(
        args,
        () => api.deriveUseCacheKey(id, seed, args),
        () => vinext.buildUseCacheKey(id, seed, vinext.flightArgumentsKey(args)),
      );
    }),
  ],

  "resolveDeploymentId is vinext's": [
    10,
    fc.property(
      often(fc.option(arbitrary.deploymentId, { nil: undefined })),
      often(arbitrary.deploymentId),
      (config, NEXT_DEPLOYMENT_ID) => {
        const env = { NEXT_DEPLOYMENT_ID };
        expectSame(
          () => api.resolveDeploymentId(config, env),
          () => vinext.resolveDeploymentId(config, env),
        );
      },
    ),
  ],

  "validateDeploymentId is vinext's check": [
    5,
    fc.property(often(arbitrary.deploymentId), (id) => {
      const actual = () => api.validateDeploymentId(id);
      // In vinext these two mean that there is no ID. A value that must be an ID can be neither.
      if (id === undefined) return expectCode("ERR_DEPLOYMENT_ID_NOT_A_STRING", actual);
      if (id === "") return expectCode("ERR_DEPLOYMENT_ID_INVALID_CHARACTERS", actual);
      expectSame(actual, () => vinext.resolveDeploymentId(id, {}));
    }),
  ],

  "resolveUseCacheKeySeed is vinext's": [
    5,
    fc.property(fc.tuple(oddValue, oddValue, oddValue), (identities) => {
      const [__VINEXT_DEPLOYMENT_ID, NEXT_DEPLOYMENT_ID, __VINEXT_BUILD_ID] = identities;
      const env = { __VINEXT_DEPLOYMENT_ID, NEXT_DEPLOYMENT_ID, __VINEXT_BUILD_ID };
      const actual = () => api.resolveUseCacheKeySeed(env);
      const expected = vinext.resolveUseCacheKeySeed(env);
      if (expected && typeof expected !== "string") return expectRefusal("env.", actual);
      // If all identities are falsy, vinext returns the last one. Each of them means that there is no identity.
      expectSame(actual, () => expected || undefined);
    }),
  ],

  "parseUseCacheKey gives back what vinext built a key of": [
    10,
    fc.property(
      arbitrary.reference,
      keySeed,
      digest,
      arbitrary.rootParams,
      (reference, seed, argsKey, root) => {
        const [name, serverReferenceId] = reference;
        const id = JSON.stringify(reference);
        const { value: built } = settle(() => vinext.buildUseCacheKey(id, seed, argsKey));
        if (built === undefined) return;
        const suffix = vinext.computeRootParamsCacheKeySuffix(root, new Set(Object.keys(root)));
        const expected = {
          keySeed: seed || undefined,
          id,
          moduleId: name.slice(0, name.lastIndexOf(":")),
          exportName: name.slice(name.lastIndexOf(":") + 1),
          serverReferenceId,
          argsKey,
          rootParams: suffix ? JSON.parse(suffix.slice(ROOT_PARAMS.length)) : undefined,
        };
        const parts = api.parseUseCacheKey(built + suffix);
        const same = ([part, value]) => isDeepStrictEqual(parts[part], value);
        expect(Object.entries(expected).every(same), parts, expected);
      },
    ),
  ],

  "parseUseCacheKey loses nothing of any text": [
    10,
    fc.property(often(keyLike), (key) => {
      if (typeof key !== "string") return expectRefusal("key", () => api.parseUseCacheKey(key));
      const parts = api.parseUseCacheKey(key);
      if (parts === null) return expect(!key.startsWith("use-cache:"), parts, key);
      const built = vinext.buildUseCacheKey(parts.id, parts.keySeed, parts.argsKey);
      const suffix = key.slice(built.length);
      const root = suffix ? JSON.parse(suffix.slice(ROOT_PARAMS.length)) : undefined;
      const whole = key.startsWith(built) && (suffix === "" || suffix.startsWith(ROOT_PARAMS));
      expect(whole && isDeepStrictEqual(parts.rootParams, root), parts, key);
    }),
  ],
});

/** How many of `cases` fall to each property. */
export function* divided(properties, cases) {
  const all = Object.values(properties).reduce((sum, [share]) => sum + share, 0);
  for (const [title, [share, property]] of Object.entries(properties)) {
    yield { title, property, numRuns: Math.ceil((cases * share) / all) };
  }
}
