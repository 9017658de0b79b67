// The native fast path beside the plain exports that it stands in for: one crossing for what vinext makes, the same keys.
import test from "ava";
import { createRequire } from "node:module";
import { cases } from "../benchmark/cases.mjs";
import { implementation } from "../index.js";
import { snapshotFlightReply } from "./helpers/oracle.mjs";

const require = createRequire(import.meta.url);
const native = require("../js/native.js");
const addon = require(implementation.binary);

/** The API over an addon that notes which of its functions are called. */
function watched() {
  const calls = [];
  const watch = (functions) =>
    Object.fromEntries(
      Object.entries(functions)
        .filter(([, value]) => typeof value === "function")
        .map(([name, call]) => [name, (...args) => (calls.push(name), call(...args))]),
    );
  return { calls, api: native({ ...watch(addon), fast: watch(addon.fast) }) };
}

test("a key of what vinext transports takes one crossing", async (t) => {
  const form = new FormData();
  form.append("0", '["$K1"]');
  form.append("1_file", new File(["hi"], "a.txt"));
  for (const reply of ["[]", form]) {
    for (const index of [undefined, 0]) {
      const { calls, api } = watched();
      const args = await snapshotFlightReply(reply, index);
      api.deriveUseCacheKey("id", "seed", args);
      t.deepEqual(calls, [typeof reply === "string" ? "textKey" : "entriesKey"]);
    }
  }
  const { calls, api } = watched();
  api.deriveUseCacheKey("id", "seed", { version: 1, reply: "[]" }, { fileMetadata: true });
  api.flightArgumentsKey({ version: 1, reply: "[]", layoutPropsIndex: 2 });
  api.buildUseCacheKey("id", "seed", "digest");
  t.deepEqual(calls, ["textKey", "textKey", "buildKey"]);
});

test("what is unusual is left to the plain export", (t) => {
  const long = [["0", "x", "f", 0, "t"]];
  const nine = Array.from({ length: 9 }, () => ["0", "x"]);
  for (const [id, keySeed, args, options] of [
    ["id", "a b", { version: 1, reply: "[]" }],
    ["id", "s", { reply: "[]", version: 1 }],
    ["id", "s", { version: 2, reply: "[]" }],
    ["id", "s", { version: 1, reply: "[]", more: 1 }],
    ["id", "s", { version: 1, reply: "[]", pagePropsIndex: 1.5 }],
    ["id", "s", { version: 1, reply: "[]", pagePropsIndex: -1 }],
    ["id", "s", { version: 1, reply: nine }],
    ["id", "s", { version: 1, reply: long }, { fileMetadata: true }],
    ["id", "s", Object.assign(Object.create({ toJSON: () => 1 }), { version: 1, reply: "[]" })],
  ]) {
    const { calls, api } = watched();
    t.is(
      api.deriveUseCacheKey(id, keySeed, args, options),
      addon.deriveUseCacheKey(id, keySeed, args, options),
    );
    t.is(calls.at(-1), "deriveUseCacheKey");
  }
});

test("both give the same keys at every length around the buffers", (t) => {
  const { calls, api } = watched();
  for (const edge of [0, 16, 64, 128, 256, 480, 512, 1024, 2048]) {
    for (let length = Math.max(0, edge - 40); length < edge + 40; length++) {
      for (const unit of ["x", '"', "é", "€", "\ud800"]) {
        const text = unit.repeat(length);
        const args = { version: 1, reply: text };
        const entries = { version: 1, reply: [[text, "y"]], pagePropsIndex: 0 };
        t.is(api.buildUseCacheKey(text, "s", text), addon.buildUseCacheKey(text, "s", text));
        t.is(api.flightArgumentsKey(args), addon.flightArgumentsKey(args));
        t.is(api.deriveUseCacheKey(text, null, entries), addon.deriveUseCacheKey(text, null, entries));
      }
    }
  }
  t.deepEqual([...new Set(calls)].sort(), ["buildKey", "entriesKey", "textKey"]);
});

test("the benchmark times the fast path in every case", (t) => {
  for (const { name, call, args } of cases) {
    const { calls, api } = watched();
    t.is(api[call](...args), addon[call](...args), name);
    t.regex(calls.join(), /^(?:buildKey|textKey|entriesKey)$/, name);
  }
});
