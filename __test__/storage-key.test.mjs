// Tests keys for stores that limit their length. The expected keys come from node:crypto and from vinext's own functions.
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import test from "ava";
import fc from "fast-check";
import { functionId, keySeed, rootParams } from "./helpers/arbitraries.mjs";
import { run as cli } from "./helpers/cli.mjs";
import { implementations } from "./helpers/implementations.mjs";
import * as vinext from "../scripts/lib/oracle.mjs";
import { share } from "./helpers/share.mjs";
import { text } from "./helpers/texts.mjs";

const CASES = share(20_000);
const KV = { maxBytes: 512 };
const DIGEST = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA";
const sha256 = (key) => createHash("sha256").update(key).digest("base64url");
const bytes = (key) => Buffer.byteLength(key);

/** Keys of calls as vinext makes them, keys of pages with and without the plugin's scope, and any text. */
const key = fc.oneof(
  fc.tuple(functionId, keySeed, rootParams).map(([id, seed, params]) => {
    const root = vinext.computeRootParamsCacheKeySuffix(params, new Set(Object.keys(params)));
    return vinext.buildUseCacheKey(id, seed?.isWellFormed() ? seed : "v1", DIGEST) + root;
  }),
  fc.tuple(fc.constantFrom("", "deployment:v1:", "deployment:v.1:"), text).map(([scope, path]) => {
    return `${scope}app:v2:build-1:/${path}:html`;
  }),
  text,
);
const long = fc.tuple(key, fc.nat(700)).map(([start, length]) => start + "x".repeat(length));

for (const [name, api] of implementations) {
  const row = (title, run) => test(`${name}: ${title}`, run);

  row("512 bytes stay, 513 are hashed, whatever a character weighs", (t) => {
    const lastAndFirst = ["\u{7f}", "\u{80}", "\u{7ff}", "\u{800}", "\u{ffff}", "\u{10000}"];
    for (const character of ["x", "é", "€", "😀", ...lastAndFirst]) {
      const start = "use-cache:build:v1:";
      const count = Math.floor((512 - bytes(start)) / bytes(character));
      const fitting =
        start + character.repeat(count) + "-".repeat(512 - bytes(start) - count * bytes(character));
      t.is(bytes(fitting), 512);
      t.is(api.storageKey(fitting, KV), fitting);
      const longer = `${fitting}x`;
      t.is(api.storageKey(longer, KV), `${start}sha256:${sha256(longer)}`);
    }
  });

  row("the key of a real app with two long root params is shortened", (t) => {
    const reference = `5b393e6ace2f#$$vinext_cache_${"1550c26622eee4f4".repeat(4)}`;
    const id = JSON.stringify(["/srv/app/[region]/[shop]/page.tsx:default", reference]);
    const params = { region: "r".repeat(120), shop: "s".repeat(120) };
    const root = vinext.computeRootParamsCacheKeySuffix(params, new Set(["region", "shop"]));
    const real = vinext.buildUseCacheKey(id, "0b51ad5f-0c40-4a3c-8f0c-5a4a70a8f3b1", DIGEST) + root;
    t.true(bytes(real) > 512);
    const stored = api.storageKey(real, { maxBytes: 512 - "cache:".length });
    t.is(stored, `use-cache:build:0b51ad5f-0c40-4a3c-8f0c-5a4a70a8f3b1:sha256:${sha256(real)}`);
  });

  row("a scope that does not fit is a RangeError", (t) => {
    const tooLong = { instanceOf: RangeError, code: "ERR_STORAGE_KEY_TOO_LONG" };
    const real = `use-cache:build:v1:${"x".repeat(600)}`;
    t.is(api.storageKey(real, { maxBytes: 69 }).length, 69);
    const { message } = t.throws(() => api.storageKey(real, { maxBytes: 68 }), tooLong);
    t.regex(message, /needs 69 bytes. Received maxBytes 68/);
    // The key itself has one byte. What is too long is its shortened form.
    t.throws(() => api.storageKey("x", { maxBytes: 0 }), {
      ...tooLong,
      message: "The key is too long and its shortened form needs 50 bytes. Received maxBytes 0",
    });
    t.is(api.storageKey("", { maxBytes: 0 }), "");
  });

  row("an argument of the wrong type is named", (t) => {
    const invalidType = (message) => ({ instanceOf: TypeError, code: "ERR_INVALID_ARG_TYPE", message });
    t.throws(() => api.storageKey(1, KV), invalidType(/^The "key" argument must be a string/));
    t.throws(() => api.storageKey("a"), invalidType(/^The "options" argument must be an object/));
    for (const maxBytes of [undefined, null, "512", 512n]) {
      t.throws(
        () => api.storageKey("a", { maxBytes }),
        invalidType(/^The "options.maxBytes" property must be a number/),
      );
    }
    for (const maxBytes of [-1, 0.5, Number.NaN, Infinity]) {
      t.throws(() => api.storageKey("a", { maxBytes }), {
        instanceOf: RangeError,
        code: "ERR_OUT_OF_RANGE",
        message: `The value of "options.maxBytes" is out of range. It must be an integer >= 0. Received ${maxBytes}`,
      });
    }
    t.is(api.storageKey("a", { maxBytes: Number.MAX_SAFE_INTEGER }), "a");
  });

  row(`it fits, keeps its scope, and is stable, ${CASES} times`, (t) => {
    const isSound = fc.property(long, fc.integer({ min: 150, max: 600 }), (whole, maxBytes) => {
      let stored;
      try {
        stored = api.storageKey(whole, { maxBytes });
      } catch (error) {
        // Only a seed can be that long.
        return (
          error.code === "ERR_STORAGE_KEY_TOO_LONG" &&
          bytes(api.useCacheKeyPrefix(api.parseUseCacheKey(whole).keySeed)) + 50 > maxBytes
        );
      }
      if (whole.isWellFormed() && bytes(whole) <= maxBytes) return stored === whole;
      const { keySeed: seed } = api.parseUseCacheKey(whole) ?? {};
      const scope = whole.startsWith("use-cache:")
        ? api.useCacheKeyPrefix(seed)
        : (/^deployment:[\w-]+:/.exec(whole)?.[0] ?? "");
      return (
        stored.isWellFormed() &&
        bytes(stored) <= maxBytes &&
        stored.startsWith(`${scope}sha256:`) &&
        stored.length === scope.length + 50 &&
        (!whole.isWellFormed() || stored.endsWith(sha256(whole))) &&
        api.storageKey(stored, { maxBytes }) === stored
      );
    });
    t.notThrows(() => fc.assert(isSound, { numRuns: CASES }));
  });

  row(`no two keys share one, not even where UTF-8 has no bytes for them, ${CASES} keys`, (t) => {
    const keys = new Map();
    const shared = [];
    for (const start of fc.sample(long, CASES / 4)) {
      if (start.startsWith("use-cache:build:")) continue;
      for (const whole of ["x", "\ud800", "\ud801", "\ufffd"].map((end) => "x".repeat(80) + start + end)) {
        const scoped = start.startsWith("deployment:v1:") ? `deployment:v1:${whole}` : whole;
        const stored = api.storageKey(scoped, { maxBytes: 80 });
        // Keys of megabytes would not fit into memory.
        const known = createHash("sha256").update(scoped, "utf16le").digest("base64url");
        if ((keys.get(stored) ?? known) !== known) shared.push([stored, scoped]);
        keys.set(stored, known);
      }
    }
    t.true(keys.size > CASES / 4);
    t.deepEqual(shared, []);
  });
}

for (const [name, { parseCacheKey, storageKey }] of implementations) {
  test(`${name}: a shortened key says whose it is`, (t) => {
    for (const [scope, owner] of [
      ["use-cache:build:a%3Ab:", { keySeed: "a:b" }],
      ["use-cache:", {}],
      ["deployment:v1:", { deploymentId: "v1" }],
      ["", {}],
    ]) {
      const whole = scope + "x".repeat(600);
      const digest = sha256(whole);
      const parts = JSON.parse(JSON.stringify(parseCacheKey(storageKey(whole, KV))));
      t.deepEqual(parts, { family: "shortened", ambiguous: false, ...owner, digest }, scope);
    }
  });
}

test("the commands know shortened keys: stale by their scope, inspect by family and bytes", async (t) => {
  const [[, { storageKey }]] = implementations;
  const keys = [
    "use-cache:build:v1:",
    "use-cache:build:v2:",
    "deployment:v1:app:v2:b:/",
    "deployment:v2:app:v2:b:/",
  ].map((start) => `cache:${storageKey(start + "x".repeat(600), { maxBytes: 506 })}`);
  const stale = await cli(["stale", "--keep", "v2", "--strip-prefix", "cache:"], { input: keys.join("\n") });
  t.deepEqual([stale.code, stale.out.trim().split("\n")], [0, [keys[0], keys[2]]]);
  const long = `cache:use-cache:build:v1:${"é".repeat(300)}`;
  const table = await cli(["inspect", "--bytes", "--strip-prefix", "cache:", ...keys, long]);
  t.regex(table.out, /^v1 +shortened .+ 75$/m);
  t.regex(table.out, / 625 \(over 512\)$/m);
  const json = await cli(["inspect", "--bytes", "--json", "--strip-prefix", "cache:", long]);
  t.is(JSON.parse(json.out).bytes, 625);
});

const PAIRS = share(100_000);
test(`both implementations give the same storage keys, ${PAIRS} times`, (t) => {
  const [[, native], [, portable]] = implementations;
  const stored = (api, whole, maxBytes) => {
    try {
      return api.storageKey(whole, { maxBytes });
    } catch ({ code, message }) {
      return [code, message];
    }
  };
  const isSame = fc.property(long, fc.nat(600), (whole, maxBytes) => {
    return isDeepStrictEqual(stored(native, whole, maxBytes), stored(portable, whole, maxBytes));
  });
  t.notThrows(() => fc.assert(isSame, { numRuns: PAIRS }));
});
