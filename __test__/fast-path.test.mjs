// The native fast path beside the plain exports that it stands in for: one crossing for what vinext makes, the same keys.
import test from "ava";
import { createRequire } from "node:module";
import { cases } from "../benchmark/cases.mjs";
import { implementation } from "../index.js";
import { flightArgumentsKey, snapshotFlightReply } from "./helpers/oracle.mjs";

const require = createRequire(import.meta.url);
const native = require("../js/native.js");
const addon = require(implementation.binary);

/** The API over an addon that notes which of its functions are called, once a seed is known. */
function watched(keySeed) {
  const calls = [];
  const watch = (functions) =>
    Object.fromEntries(
      Object.entries(functions)
        .filter(([, value]) => typeof value === "function")
        .map(([name, call]) => [name, (...args) => (calls.push(name), call(...args))]),
    );
  const api = native({ ...watch(addon), fast: watch(addon.fast) });
  api.buildUseCacheKey("id", keySeed, "digest");
  calls.length = 0;
  return { calls, api };
}

test("a key of what vinext transports takes one crossing", async (t) => {
  const form = new FormData();
  form.append("0", '["$K1"]');
  form.append("1_file", new File(["hi"], "a.txt"));
  for (const reply of ["[]", form]) {
    for (const index of [undefined, 0]) {
      const { calls, api } = watched("seed");
      const args = await snapshotFlightReply(reply, index);
      api.deriveUseCacheKey("id", "seed", args);
      t.deepEqual(calls, [typeof reply === "string" ? "textKey" : "entriesKey"]);
    }
  }
  const { calls, api } = watched("a seed");
  api.deriveUseCacheKey("id", "a seed", { version: 1, reply: "[]" }, { fileMetadata: true });
  api.flightArgumentsKey({ version: 1, reply: "[]", layoutPropsIndex: 2 });
  api.buildUseCacheKey("id", "a seed", "digest");
  t.deepEqual(calls, ["textKey", "textKey", "buildKey"]);
});

test("another seed is another prefix, and a seed that is none is refused each time", (t) => {
  const { api } = watched();
  for (const keySeed of ["a", "b", undefined, "a b", null, "", "a"]) {
    t.is(api.buildUseCacheKey("id", keySeed, "x"), addon.buildUseCacheKey("id", keySeed, "x"));
  }
  for (let time = 0; time < 2; time++) {
    t.throws(() => api.buildUseCacheKey("id", "\ud800", "x"), { instanceOf: URIError });
    t.throws(() => api.buildUseCacheKey("id", NaN, "x"), { code: "ERR_INVALID_ARG_TYPE" });
  }
  t.is(api.buildUseCacheKey("id", "a", "x"), addon.buildUseCacheKey("id", "a", "x"));
});

test("every index that a call may have", (t) => {
  const { api } = watched();
  for (const pagePropsIndex of [undefined, 0, 1, 9, 10, 254, 255, 256, 2 ** 31, -1, 0.5]) {
    for (const layoutPropsIndex of [undefined, 0, 1, 9, 10, 254, 255, 256, 2 ** 31, -1, 0.5]) {
      for (const reply of ["[]", [["0", "x"]], [["0", "eA==", "f", 1, "t"]]]) {
        const args = { version: 1, reply, pagePropsIndex, layoutPropsIndex };
        t.is(api.flightArgumentsKey(args), addon.flightArgumentsKey(args));
      }
    }
  }
});

test("every number of entries, of text and of files", (t) => {
  const { calls, api } = watched();
  const text = ["0", "x"];
  const file = ["1", 'a"\\\n', "f", 4, "t"];
  for (let length = 0; length <= 8; length++) {
    for (let files = 0; files < 1 << length; files++) {
      const reply = Array.from({ length }, (_, index) => ((files >> index) & 1 ? file : text));
      const args = { version: 1, reply };
      t.is(api.flightArgumentsKey(args), addon.flightArgumentsKey(args));
    }
  }
  t.deepEqual([...new Set(calls)], ["entriesKey"]);
});

test("what is unusual is left to the plain export", (t) => {
  const long = [["0", "x", "f", 0, "t"]];
  const nine = Array.from({ length: 9 }, () => ["0", "x"]);
  for (const [id, keySeed, args, options] of [
    ["id", "s", { reply: "[]", version: 1 }],
    ["id", "s", { version: 2, reply: "[]" }],
    ["id", "s", { version: 1, reply: "[]", more: 1 }],
    ["id", "s", { version: 1, reply: "[]", pagePropsIndex: 1.5 }],
    ["id", "s", { version: 1, reply: "[]", pagePropsIndex: -1 }],
    ["id", "s", { version: 1, reply: "[]", pagePropsIndex: 255 }],
    ["id", "s", { version: 1, reply: "[]", layoutPropsIndex: 0, pagePropsIndex: 0 }],
    ["id", "s", Object.defineProperty({ reply: "[]" }, "version", { value: 1 })],
    ["id", "s", { version: 1, reply: nine }],
    ["id", "s", { version: 1, reply: long }, { fileMetadata: true }],
    ["id", "s", { version: 1, reply: [["0", "é", "f", 0, "t"]] }],
    ["id", "s", { version: 1, reply: [["0", `x${"\ud800".repeat(9)}`, "f", 0, "t"]] }],
    ["id", "s", Object.assign(Object.create({ toJSON: () => 1 }), { version: 1, reply: "[]" })],
  ]) {
    const { calls, api } = watched(keySeed);
    t.is(
      api.deriveUseCacheKey(id, keySeed, args, options),
      addon.deriveUseCacheKey(id, keySeed, args, options),
    );
    t.is(calls.at(-1), "deriveUseCacheKey");
  }
});

test("properties are read in vinext's order, which a getter that changes another may tell", (t) => {
  for (const make of [
    () => ({ version: 1, reply: "[]", pagePropsIndex: 0 }),
    () => ({
      get version() {
        this.layoutPropsIndex = 3;
        return 1;
      },
      reply: "[]",
    }),
    () => ({
      version: 1,
      get reply() {
        this.layoutPropsIndex = 3;
        return "[]";
      },
    }),
    () => ({
      version: 1,
      get reply() {
        this.pagePropsIndex = 5;
        return [["0", "x"]];
      },
      pagePropsIndex: 0,
    }),
    () => ({
      version: 1,
      reply: "[]",
      get pagePropsIndex() {
        this.layoutPropsIndex = 5;
        return 1;
      },
      layoutPropsIndex: 0,
    }),
  ]) {
    const { calls, api } = watched();
    t.is(api.flightArgumentsKey(make()), flightArgumentsKey(make()), make.toString());
    t.regex(calls.join(), /^(?:text|entries)Key$/);
  }
});

test("a property that every object has is none of the arguments'", (t) => {
  const args = { version: 1, reply: "[]" };
  const key = addon.flightArgumentsKey(args);
  for (const name of ["pagePropsIndex", "layoutPropsIndex", "more"]) {
    Object.defineProperty(Object.prototype, name, { value: 0, enumerable: true, configurable: true });
    try {
      t.is(watched().api.flightArgumentsKey(args), key);
    } finally {
      delete Object.prototype[name];
    }
  }
});

test("both give the same keys at every length around the buffers", (t) => {
  const { calls, api } = watched("s");
  for (const edge of [0, 16, 64, 128, 256, 480, 512, 1024, 2048]) {
    for (let length = Math.max(0, edge - 40); length < edge + 40; length++) {
      for (const unit of ["x", '"', "é", "€", "\ud800"]) {
        const text = unit.repeat(length);
        const args = { version: 1, reply: text };
        const file = ["1", "eA==".repeat(length), "f", length, "t"];
        const entries = { version: 1, reply: [[text, "y"], file, ["2", text]], pagePropsIndex: 0 };
        t.is(api.buildUseCacheKey(text, "s", text), addon.buildUseCacheKey(text, "s", text));
        t.is(api.flightArgumentsKey(args), addon.flightArgumentsKey(args));
        t.is(api.deriveUseCacheKey(text, "s", entries), addon.deriveUseCacheKey(text, "s", entries));
      }
    }
  }
  t.deepEqual([...new Set(calls)].sort(), ["buildKey", "entriesKey", "textKey"]);
});

test("the benchmark times the fast path in every case", (t) => {
  for (const { name, call, args } of cases) {
    const { calls, api } = watched(args[1]);
    t.is(api[call](...args), addon[call](...args), name);
    t.regex(calls.join(), /^(?:buildKey|textKey|entriesKey)$/, name);
  }
});
