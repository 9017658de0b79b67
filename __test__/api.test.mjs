// Every row of the API's table, over every implementation, beside vinext's own functions where it has one.
import test from "ava";
import { constants } from "node:buffer";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { implementations } from "./helpers/implementations.mjs";
import * as oracle from "../scripts/lib/oracle.mjs";
import { outcome } from "./helpers/outcome.mjs";

const vectors = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8"));
const IMPLEMENTATION = {
  native: { kind: "native" },
  portable: { kind: "portable", reason: "vinext-cache-key/portable was imported" },
};
const digest = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA";

const notAString = {
  instanceOf: Error,
  code: "ERR_DEPLOYMENT_ID_NOT_A_STRING",
  message:
    "Invalid `deploymentId` configuration: must be a string. https://nextjs.org/docs/messages/deploymentid-not-a-string",
};
const invalidCharacters = {
  instanceOf: Error,
  code: "ERR_DEPLOYMENT_ID_INVALID_CHARACTERS",
  message:
    "Invalid `deploymentId` configuration: contains invalid characters. Only alphanumeric characters, hyphens, and " +
    "underscores are allowed. https://nextjs.org/docs/messages/deploymentid-invalid-characters",
};
const missing = {
  instanceOf: Error,
  code: "ERR_RUNTIME_DEPLOYMENT_ID_MISSING",
  message: "process.env.NEXT_DEPLOYMENT_ID is missing but runtimeServerDeploymentId is enabled",
};
const invalidType = (message) => ({ instanceOf: TypeError, code: "ERR_INVALID_ARG_TYPE", message });
const uriMalformed = { instanceOf: URIError, message: "URI malformed" };

for (const [name, api] of implementations) {
  const row = (title, run) => test(`${name}: ${title}`, run);

  for (const [exported, cases] of Object.entries(vectors)) {
    row(`frozen vectors of ${exported}`, (t) => {
      for (const [args, expected] of cases) {
        t.is(api[exported](...args), expected);
        if (exported in oracle) t.is(oracle[exported](...args), expected);
      }
    });
  }

  row("validateDeploymentId gives the ID back or throws", (t) => {
    for (const id of ["a", "Z", "0", "-", "_", "v1-2_3", "x".repeat(100_000)]) {
      t.is(api.validateDeploymentId(id), id);
    }
    for (const id of ["", "a b", "a\n", "\n", "é", "a.b", "a\0", "\ud800", "😀", "ａ"]) {
      t.throws(() => api.validateDeploymentId(id), invalidCharacters, JSON.stringify(id));
    }
    for (const id of [undefined, null, 1, true, Symbol("s"), 1n, {}, [], ["a"], () => "a", new String("a")]) {
      t.throws(() => api.validateDeploymentId(id), notAString);
    }
  });

  row("resolveDeploymentId: the config wins, and its empty ID opts out", (t) => {
    const env = { NEXT_DEPLOYMENT_ID: "env" };
    t.is(api.resolveDeploymentId(undefined, {}), undefined);
    t.is(api.resolveDeploymentId(undefined, env), "env");
    t.is(api.resolveDeploymentId("config", env), "config");
    t.is(api.resolveDeploymentId("config", { NEXT_DEPLOYMENT_ID: "not valid" }), "config");
    t.is(api.resolveDeploymentId("", { NEXT_DEPLOYMENT_ID: "x" }), undefined);
    t.is(api.resolveDeploymentId(undefined, { NEXT_DEPLOYMENT_ID: "" }), undefined);
    t.throws(() => api.resolveDeploymentId(null), notAString);
    t.throws(() => api.resolveDeploymentId(undefined, { NEXT_DEPLOYMENT_ID: null }), notAString);
    t.throws(() => api.resolveDeploymentId(undefined, { NEXT_DEPLOYMENT_ID: "a b" }), invalidCharacters);
  });

  row("resolveDeploymentId agrees with vinext's", (t) => {
    const ids = [undefined, "", "a", "a b", "a\n", "\ud800", null, 0, false, 7, {}, [], "-_", "é"];
    for (const config of ids) {
      for (const id of ids) {
        const env = { NEXT_DEPLOYMENT_ID: id };
        t.deepEqual(
          outcome(api.resolveDeploymentId, config, env),
          outcome(oracle.resolveDeploymentId, config, env),
        );
      }
    }
  });

  row("resolveDeploymentId at run time: the environment's ID is required and the config agrees", (t) => {
    const resolve = (config, id) =>
      api.resolveDeploymentId(config, { NEXT_DEPLOYMENT_ID: id }, { runtimeServerDeploymentId: true });
    t.is(resolve(undefined, "a"), "a");
    t.is(resolve("a", "a"), "a");
    for (const id of [undefined, "", null]) t.throws(() => resolve("a", id), missing);
    for (const config of ["b", ""]) {
      const error = t.throws(() => resolve(config, "a"), { code: "ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH" });
      t.true(error.message.includes(JSON.stringify(config)) && error.message.includes('"a"'), error.message);
    }
    t.throws(() => resolve(null, "a"), notAString);
    t.throws(() => resolve(undefined, 5), notAString);
    t.throws(() => resolve(undefined, "a b"), invalidCharacters);
    t.is(api.resolveDeploymentId("c", {}, { runtimeServerDeploymentId: false }), "c");
    t.is(api.resolveDeploymentId("c", {}, {}), "c");
  });

  row("resolveUseCacheKeySeed agrees with vinext's", (t) => {
    const values = [undefined, "", "a", "b c", "é", false, null, 0];
    for (const __VINEXT_DEPLOYMENT_ID of values) {
      for (const NEXT_DEPLOYMENT_ID of values) {
        for (const __VINEXT_BUILD_ID of values) {
          const env = { __VINEXT_DEPLOYMENT_ID, NEXT_DEPLOYMENT_ID, __VINEXT_BUILD_ID };
          // vinext returns the last falsy value. This package returns `undefined` for each of them.
          t.is(api.resolveUseCacheKeySeed(env), oracle.resolveUseCacheKeySeed(env) || undefined);
        }
      }
    }
    t.throws(
      () => api.resolveUseCacheKeySeed({ NEXT_DEPLOYMENT_ID: 5 }),
      invalidType('The "env.NEXT_DEPLOYMENT_ID" property must be a string. Received type number'),
    );
    t.is(api.resolveUseCacheKeySeed({ __VINEXT_DEPLOYMENT_ID: "a", NEXT_DEPLOYMENT_ID: 5 }), "a");
  });

  row("resolveUseCacheKeySeed takes an identity that only the caller knows", (t) => {
    const env = { __VINEXT_BUILD_ID: "build", RELEASE: { id: "release" }, TEXT: "x" };
    const deployed = { ...env, __VINEXT_DEPLOYMENT_ID: "deployed" };
    t.is(api.resolveUseCacheKeySeed(deployed, { deploymentId: "request" }), "request");
    t.is(api.resolveUseCacheKeySeed(deployed, { versionMetadataBinding: "RELEASE" }), "deployed");
    t.is(api.resolveUseCacheKeySeed(env, { versionMetadataBinding: "RELEASE" }), "release");
    t.is(api.resolveUseCacheKeySeed(env, {}), "build");
    t.throws(() => api.resolveUseCacheKeySeed(env, { deploymentId: "a b" }), invalidCharacters);
    t.throws(() => api.resolveUseCacheKeySeed(env, { deploymentId: null }), notAString);
    t.throws(
      () => api.resolveUseCacheKeySeed(env, { versionMetadataBinding: "TEXT" }),
      invalidType('The "env.TEXT" property must be an object. Received type string'),
    );
    t.throws(
      () => api.resolveUseCacheKeySeed(env, { versionMetadataBinding: 1 }),
      invalidType('The "options.versionMetadataBinding" property must be a string. Received type number'),
    );
  });

  row("resolveUseCacheKeySeed throws for a binding without an ID: the build's would be shared", (t) => {
    for (const [metadata, received] of [
      [{}, "undefined"],
      [{ id: "" }, "an empty string"],
      [{ id: null }, "null"],
      [{ id: 7 }, "type number"],
      [{ id: false }, "type boolean"],
    ]) {
      for (const __VINEXT_BUILD_ID of ["build", undefined]) {
        const env = { RELEASE: metadata, __VINEXT_BUILD_ID };
        t.throws(
          () => api.resolveUseCacheKeySeed(env, { versionMetadataBinding: "RELEASE" }),
          invalidType(
            `The "env.RELEASE.id" property must be a string that is not empty. Received ${received}`,
          ),
        );
      }
    }
    for (const [metadata, received] of [
      [undefined, "undefined"],
      [null, "null"],
      ["v1", "type string"],
    ]) {
      t.throws(
        () => api.resolveUseCacheKeySeed({ RELEASE: metadata }, { versionMetadataBinding: "RELEASE" }),
        invalidType(`The "env.RELEASE" property must be an object. Received ${received}`),
      );
    }
  });

  row("the environment is by default process.env of the calling thread", async (t) => {
    const env = { NEXT_DEPLOYMENT_ID: "of-the-worker" };
    const run = `
      const { parentPort, workerData } = require("node:worker_threads");
      const { resolveDeploymentId, resolveUseCacheKeySeed } = require(workerData);
      parentPort.postMessage([resolveDeploymentId(), resolveUseCacheKeySeed()]);`;
    const entry = fileURLToPath(new URL("../index.js", import.meta.url));
    const worker = new Worker(run, { eval: true, env, workerData: entry });
    t.deepEqual(await new Promise((done, fail) => worker.once("message", done).once("error", fail)), [
      "of-the-worker",
      "of-the-worker",
    ]);
    t.is(api.resolveDeploymentId(undefined), process.env.NEXT_DEPLOYMENT_ID);
  });

  row("without an environment, the caller has to pass one", (t) => {
    const { process } = globalThis;
    const absent = invalidType('The "env" argument must be an object. Received undefined');
    try {
      // As in a Worker without Node's compatibility flags.
      globalThis.process = undefined;
      t.throws(() => api.resolveDeploymentId(), absent);
      t.throws(() => api.resolveUseCacheKeySeed(), absent);
      t.is(api.resolveUseCacheKeySeed({ NEXT_DEPLOYMENT_ID: "a" }), "a");
    } finally {
      globalThis.process = process;
    }
  });

  row("lone surrogates stay apart in ids and arguments, and are refused in seeds", (t) => {
    const odd = ["\ud800", "\ud801", "\udc00", "\ufffd"];
    t.is(new Set(odd.map((id) => api.buildUseCacheKey(id))).size, odd.length);
    t.is(new Set(odd.map((args) => api.buildUseCacheKey("id", null, args))).size, odd.length);
    t.is(new Set(odd.map((reply) => api.flightArgumentsKey({ version: 1, reply }))).size, odd.length);
    for (const text of odd) {
      t.is(api.buildUseCacheKey(text, "s", text), oracle.buildUseCacheKey(text, "s", text));
      t.is(api.parseUseCacheKey(api.buildUseCacheKey(text)).id, text);
    }
    for (const seed of odd.slice(0, 3)) {
      t.throws(() => api.buildUseCacheKey("id", seed), uriMalformed);
      t.throws(() => api.useCacheKeyPrefix(seed), uriMalformed);
      t.throws(() => api.deriveUseCacheKey("id", seed, { version: 1, reply: "" }), uriMalformed);
    }
  });

  row("buildUseCacheKey and deriveUseCacheKey name an argument of the wrong type", (t) => {
    const received = { undefined: "undefined", null: "null", number: "type number", array: "an array" };
    for (const [value, kind] of [
      [undefined, "undefined"],
      [null, "null"],
      [1, "number"],
      [[], "array"],
    ]) {
      const id = invalidType(`The "id" argument must be a string. Received ${received[kind]}`);
      t.throws(() => api.buildUseCacheKey(value), id);
    }
    t.throws(
      () => api.deriveUseCacheKey(1, null, { version: 1, reply: "" }),
      invalidType('The "id" argument must be a string. Received type number'),
    );
    t.throws(
      () => api.buildUseCacheKey("id", 1),
      invalidType('The "keySeed" argument must be a string, null or undefined. Received type number'),
    );
    t.throws(
      () => api.buildUseCacheKey("id", null, null),
      invalidType('The "argsKey" argument must be a string. Received null'),
    );
  });

  row("a key that is too long for a string is a RangeError, as in JavaScript", (t) => {
    const long = "x".repeat(constants.MAX_STRING_LENGTH - 6);
    t.deepEqual(outcome(api.buildUseCacheKey, long, "seed"), outcome(oracle.buildUseCacheKey, long, "seed"));
  });

  row("flightArgumentsKey keys properties in the object's own order", (t) => {
    const hash = (json) => createHash("sha256").update(json).digest("base64url");
    const key = api.flightArgumentsKey;
    t.is(key({ version: 1, reply: "é😀\n" }), hash('{"version":1,"reply":"é😀\\n"}'));
    t.is(key({ reply: "r", version: 1 }), hash('{"reply":"r","version":1}'));
    t.is(key({ version: 1, reply: "r", pagePropsIndex: undefined }), hash('{"version":1,"reply":"r"}'));
    t.is(
      key({ reply: "r", layoutPropsIndex: 1, x: [{}] }),
      hash('{"reply":"r","layoutPropsIndex":1,"x":[{}]}'),
    );
    t.is(key(Object.create({ reply: "r" })), hash('{"reply":"r"}'));
    t.is(key(JSON.parse('{"__proto__":1,"reply":""}')), hash('{"__proto__":1,"reply":""}'));
    t.is(
      key({
        version: 1,
        reply: [
          ["n", "t"],
          ["f", "aGk=", "a.txt", 5, "text/plain"],
        ],
      }),
      hash('{"version":1,"reply":[["n","t"],["f",{"bytes":"aGk="}]]}'),
    );
  });

  row("flightArgumentsKey agrees with vinext's over what vinext itself transports", async (t) => {
    const form = new FormData();
    form.append("0", '["$K1"]');
    form.append("1_file", new File(["hi"], "a.txt", { type: "text/plain", lastModified: 5 }));
    form.append("1_blob", new Blob([new Uint8Array([0, 255, 128])]));
    for (const reply of ["[]", '["x"]', form]) {
      for (const index of [undefined, 0, 3]) {
        const args = await oracle.snapshotFlightReply(reply, index);
        t.is(api.flightArgumentsKey(args), oracle.flightArgumentsKey(args));
        t.is(
          api.deriveUseCacheKey("id", "s", args),
          oracle.buildUseCacheKey("id", "s", oracle.flightArgumentsKey(args)),
        );
      }
    }
  });

  row("fileMetadata keys a file's name and type, but not its time", (t) => {
    const key = (file, options) =>
      api.flightArgumentsKey({ version: 1, reply: [["f", "aGk=", ...file]] }, options);
    const text = ["a.txt", 5, "text/plain"];
    const others = [
      ["evil.html", 5, "text/plain"],
      ["a.txt", 5, "text/html"],
    ];
    for (const other of others) {
      t.is(key(text), key(other));
      t.not(key(text, { fileMetadata: true }), key(other, { fileMetadata: true }));
    }
    t.is(key(text, { fileMetadata: true }), key(["a.txt", 6, "text/plain"], { fileMetadata: true }));
    t.is(key(text, { fileMetadata: false }), key(text));
    t.is(
      key(text, { fileMetadata: true }),
      createHash("sha256")
        .update('{"version":1,"reply":[["f",{"bytes":"aGk=","name":"a.txt","type":"text/plain"}]]}')
        .digest("base64url"),
    );
  });

  row("arguments that are none are named", (t) => {
    for (const [args, message] of [
      [undefined, 'The "args" argument must be an object. Received undefined'],
      [null, 'The "args" argument must be an object. Received null'],
      ["[]", 'The "args" argument must be an object. Received type string'],
      [{}, 'The "args.reply" property must be a string or an array. Received undefined'],
      [{ reply: 5 }, 'The "args.reply" property must be a string or an array. Received type number'],
      [
        { reply: Object.assign([], { map: 1 }) },
        'The "args.reply" property must be a string or an array. Received an array',
      ],
      [{ reply: [["a", "b"], "c"] }, 'The "args.reply[1]" property must be an array. Received type string'],
    ]) {
      t.throws(() => api.flightArgumentsKey(args), invalidType(message));
      t.throws(() => api.flightArgumentsKey(args, { fileMetadata: true }), invalidType(message));
      t.throws(() => api.deriveUseCacheKey("id", null, args), invalidType(message));
    }
    for (const [options, message] of [
      [null, 'The "options" argument must be an object. Received null'],
      [{ fileMetadata: 1 }, 'The "options.fileMetadata" property must be a boolean. Received type number'],
    ]) {
      t.throws(() => api.flightArgumentsKey({ version: 1, reply: "" }, options), invalidType(message));
    }
  });

  row("what a getter, proxy or toJSON throws comes through unchanged", (t) => {
    const thrown = new RangeError("mine");
    const fail = () => {
      throw thrown;
    };
    const proxy = new Proxy({}, { get: fail, ownKeys: fail });
    for (const call of [
      () =>
        api.flightArgumentsKey({
          get reply() {
            return fail();
          },
        }),
      () => api.flightArgumentsKey({ reply: "", x: { toJSON: fail } }),
      () => api.flightArgumentsKey(proxy),
      () => api.deriveUseCacheKey("id", null, proxy),
      () => api.resolveDeploymentId(undefined, proxy),
      () => api.resolveUseCacheKeySeed(proxy),
      () => api.resolveDeploymentId("a", {}, proxy),
    ]) {
      t.is(t.throws(call, { any: true }), thrown);
    }
    const cycle = { reply: "" };
    cycle.cycle = cycle;
    for (const args of [cycle, { reply: "", big: 1n }]) {
      t.deepEqual(outcome(api.flightArgumentsKey, args), outcome(oracle.flightArgumentsKey, args));
    }
  });

  row("useCacheKeyPrefix is what a seed's keys start with, and no other seed's", (t) => {
    const seeds = ["a", "a:b", "a:", "é", "build:", "%3A"];
    for (const seed of seeds) {
      const prefix = api.useCacheKeyPrefix(seed);
      const owned = seeds.filter((other) => api.buildUseCacheKey("id", other).startsWith(prefix));
      t.deepEqual(owned, [seed]);
    }
  });

  row("parseUseCacheKey takes apart what vinext builds", (t) => {
    const id = JSON.stringify(["/app/a:b/[id]/page.tsx:default", "ref:root-params:[]"]);
    const rootParams = [
      ["lang", "é:root-params:[]"],
      ["opt", undefined],
      ["rest", ["a", "b"]],
    ];
    const suffix = oracle.computeRootParamsCacheKeySuffix(
      Object.fromEntries(rootParams),
      new Set(rootParams.map(([param]) => param)),
    );
    t.like(api.parseUseCacheKey(oracle.buildUseCacheKey(id, "bld 1/é", digest) + suffix), {
      keySeed: "bld 1/é",
      id,
      moduleId: "/app/a:b/[id]/page.tsx",
      exportName: "default",
      serverReferenceId: "ref:root-params:[]",
      argsKey: digest,
      rootParams: [
        ["lang", "é:root-params:[]"],
        ["opt", null],
        ["rest", ["a", "b"]],
      ],
    });
    const bare = api.parseUseCacheKey(oracle.buildUseCacheKey("/m.ts:get", undefined, digest));
    t.like(bare, { id: "/m.ts:get", moduleId: "/m.ts", exportName: "get", argsKey: digest });
    t.deepEqual([bare.keySeed, bare.serverReferenceId, bare.rootParams], [undefined, undefined, undefined]);
    for (const text of ["", "x", "cache:use-cache:id", "use-ca"]) t.is(api.parseUseCacheKey(text), null);
    t.throws(
      () => api.parseUseCacheKey(),
      invalidType('The "key" argument must be a string. Received undefined'),
    );
  });

  row("parseUseCacheKey takes only exact parts for parts", (t) => {
    const parse = (key) => api.parseUseCacheKey(`use-cache:${key}`);
    for (const id of ["build:v1", '[ "a","b"]', '["a"]', '["a","b","c"]', '["a",1]', "[]", "[1,2]"]) {
      const { id: found, keySeed, serverReferenceId, argsKey } = parse(id);
      t.deepEqual([found, keySeed, serverReferenceId, argsKey], [id, undefined, undefined, undefined]);
    }
    for (const args of [digest, "[]"]) t.like(parse(`:${args}`), { id: "", argsKey: args });
    const listLike = '[{"0":"a","1":"b","length":2}]';
    const pairs = ['[["a",[1]]]', '[["a",1]]', '[["a"]]', '[["a","b","c"]]', '[[1,"a"]]', '["ab"]'];
    for (const root of [...pairs, "[1]", "{}", "null", listLike]) {
      const args = `${digest}:root-params:${root}`;
      t.like(parse(`["a","b"]:${args}`), { id: '["a","b"]', argsKey: args, rootParams: undefined });
    }
    // Text in front of root params ends where their mark is for the last time.
    const args = ' []:root-params:[["a",":root-params:[]"]]';
    t.like(parse(`["a","b"]:${args}`), { argsKey: args, rootParams: undefined });
  });

  row("exports are functions of their own, none of which needs `this`", (t) => {
    for (const [exported, value] of Object.entries(api)) {
      if (exported === "implementation") t.like(value, IMPLEMENTATION[name]);
      else t.is(typeof value, "function", exported);
    }
    const { buildUseCacheKey } = api;
    t.is(buildUseCacheKey.call(null, "id"), "use-cache:id");
  });
}
