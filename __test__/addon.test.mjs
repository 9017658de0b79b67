// Tests the binary without the package around it: the functions have the API's names, take text, and throw Errors.
import test from "ava";
import { createRequire } from "node:module";
import fc from "fast-check";
import * as api from "../index.js";
import {
  digest,
  functionId,
  keyLike,
  keySeed,
  argsKey,
  pageKeyLike,
  plainArguments,
} from "./helpers/arbitraries.mjs";
import * as vinext from "../scripts/lib/oracle.mjs";
import { outcome } from "./helpers/outcome.mjs";

const addon = createRequire(import.meta.url)(api.implementation.binary);

test("it exports every function of the API by its name", (t) => {
  for (const [name, value] of Object.entries(api)) {
    if (typeof value === "function") t.is(typeof addon[name], "function", name);
  }
});

test("deployment IDs are checked and resolved, with the API's own errors", (t) => {
  const ids = [undefined, "", "a", "b", "a b", "a\n", "é", "\ud800", "-_", "x".repeat(10_000)];
  for (const config of ids) {
    if (config !== undefined) {
      t.deepEqual(outcome(addon.validateDeploymentId, config), outcome(api.validateDeploymentId, config));
    }
    for (const id of ids) {
      for (const runtimeServerDeploymentId of [undefined, false, true]) {
        const options = { runtimeServerDeploymentId };
        t.deepEqual(
          outcome(addon.resolveDeploymentId, config, id, runtimeServerDeploymentId),
          outcome(api.resolveDeploymentId, config, { NEXT_DEPLOYMENT_ID: id }, options),
        );
      }
    }
  }
  t.throws(() => addon.validateDeploymentId("a b"), { code: "ERR_DEPLOYMENT_ID_INVALID_CHARACTERS" });
  t.throws(() => addon.resolveDeploymentId("a", "b", true), { code: "ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH" });
});

test("a storage key is the API's own, and one that does not fit is an error", (t) => {
  for (const key of [
    "use-cache:id",
    `use-cache:build:v1:${"é".repeat(600)}`,
    "deployment:v1:\ud800",
    "x".repeat(9),
  ]) {
    for (const maxBytes of [512, 60, 1]) {
      t.deepEqual(
        outcome(addon.storageKey, key, maxBytes).value,
        outcome(api.storageKey, key, { maxBytes }).value,
      );
    }
  }
  t.throws(() => addon.storageKey("x".repeat(9), 8), { code: "ERR_STORAGE_KEY_TOO_LONG" });
});

test("the seed is the first of three identities that is not empty", (t) => {
  const values = [undefined, "", "a", "b"];
  for (const __VINEXT_DEPLOYMENT_ID of values) {
    for (const NEXT_DEPLOYMENT_ID of values) {
      for (const __VINEXT_BUILD_ID of values) {
        const env = { __VINEXT_DEPLOYMENT_ID, NEXT_DEPLOYMENT_ID, __VINEXT_BUILD_ID };
        t.is(
          addon.resolveUseCacheKeySeed(__VINEXT_DEPLOYMENT_ID, NEXT_DEPLOYMENT_ID, __VINEXT_BUILD_ID),
          api.resolveUseCacheKeySeed(env),
        );
      }
    }
  }
});

test("keys are vinext's, and a seed that has no encoding is an error", (t) => {
  const sameKeys = fc.property(functionId, keySeed, argsKey, plainArguments, (id, seed, key, args) => {
    const expected = outcome(vinext.buildUseCacheKey, id, seed, key);
    const built = outcome(addon.buildUseCacheKey, id, seed, key);
    if ("value" in expected) {
      t.is(built.value, expected.value);
      t.is(addon.useCacheKeyPrefix(seed), vinext.buildUseCacheKey("", seed));
    } else {
      t.is(built.message, expected.message);
      t.is(outcome(addon.useCacheKeyPrefix, seed).message, expected.message);
    }
    const json = api.flightArgumentsKey(args);
    if (typeof args.reply === "string") t.is(addon.flightArgumentsKey(JSON.stringify(args)), json);
    if ("value" in expected) {
      t.is(
        addon.deriveUseCacheKey(id, seed, JSON.stringify(args)),
        vinext.buildUseCacheKey(id, seed, addon.flightArgumentsKey(JSON.stringify(args))),
      );
    }
  });
  fc.assert(sameKeys, { numRuns: 2000 });
  t.throws(() => addon.useCacheKeyPrefix("\ud800"), { instanceOf: Error, message: "URI malformed" });
});

test("a key's parts are JSON", (t) => {
  const sameParts = fc.property(fc.oneof(keyLike, pageKeyLike, digest), (key) => {
    for (const name of ["parseCacheKey", "parseUseCacheKey"])
      t.deepEqual(JSON.parse(addon[name](key)), api[name](key));
  });
  fc.assert(sameParts, { numRuns: 2000 });
  t.is(addon.parseUseCacheKey("x"), "null");
});

test("any argument leads to a value or to an Error", (t) => {
  const values = [
    undefined,
    null,
    1,
    1n,
    NaN,
    true,
    Symbol("s"),
    "",
    "a b",
    "\ud800",
    {},
    [],
    () => {},
    new Proxy({}, {}),
  ];
  let errors = 0;
  for (const [name, call] of Object.entries(addon)) {
    if (typeof call !== "function" || name.startsWith("staleKeys")) continue;
    for (const first of values) {
      for (const second of values) {
        for (const third of values) {
          try {
            const value = call(first, second, third);
            if (!["string", "number", "undefined"].includes(typeof value))
              t.fail(`${name} gave a ${typeof value}`);
          } catch (error) {
            if (!(error instanceof Error)) t.fail(`${name} threw ${String(error)}`);
            errors += 1;
          }
        }
      }
    }
  }
  t.true(errors > 1000);
});
