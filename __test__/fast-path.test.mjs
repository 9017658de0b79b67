// Compares the fast path of the native engine, one call of the addon, with the portable engine, which always takes the plain path.
import test from "ava";
import { createRequire } from "node:module";
import { cases } from "../benchmark/cases.mjs";
import { implementation } from "../index.js";
import { createNativeApi } from "../js/native.mjs";
import * as plain from "../js/portable.mjs";
import { flightArgumentsKey, snapshotFlightReply } from "../scripts/lib/oracle.mjs";

const addon = createRequire(import.meta.url)(implementation.binary);

/** The API over an addon that records which of its functions are called. */
function watched() {
  const calls = [];
  const watch = ([name, value]) => [
    name,
    typeof value === "function" ? (...args) => (calls.push(name), value(...args)) : value,
  ];
  return { calls, api: createNativeApi(Object.fromEntries(Object.entries(addon).map(watch))) };
}

test("a key of arguments from vinext takes one call of the addon", async (t) => {
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
  api.deriveUseCacheKey("id", "a seed", { version: 1, reply: "[]" }, { fileMetadata: true });
  api.flightArgumentsKey({ version: 1, reply: "[]", layoutPropsIndex: 2 });
  api.buildUseCacheKey("id", "a seed", "digest");
  t.deepEqual(calls, ["textKey", "textKey", "buildKey"]);
});

test("another seed gives another prefix, and an invalid seed is rejected each time", (t) => {
  const { api } = watched();
  for (const keySeed of ["a", "b", undefined, "a b", null, "", "a"]) {
    t.is(api.buildUseCacheKey("id", keySeed, "x"), plain.buildUseCacheKey("id", keySeed, "x"));
  }
  for (let time = 0; time < 2; time++) {
    t.throws(() => api.buildUseCacheKey("id", "\ud800", "x"), { instanceOf: URIError });
    t.throws(() => api.buildUseCacheKey("id", NaN, "x"), { code: "ERR_INVALID_ARG_TYPE" });
  }
  t.is(api.buildUseCacheKey("id", "a", "x"), plain.buildUseCacheKey("id", "a", "x"));
});

test("every index that a call may have", (t) => {
  const { api } = watched();
  for (const pagePropsIndex of [undefined, 0, 1, 9, 10, 254, 255, 256, 2 ** 31, -1, 0.5]) {
    for (const layoutPropsIndex of [undefined, 0, 1, 9, 10, 254, 255, 256, 2 ** 31, -1, 0.5]) {
      for (const reply of ["[]", [["0", "x"]], [["0", "eA==", "f", 1, "t"]]]) {
        const args = { version: 1, reply, pagePropsIndex, layoutPropsIndex };
        t.is(api.flightArgumentsKey(args), plain.flightArgumentsKey(args));
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
      t.is(api.flightArgumentsKey(args), plain.flightArgumentsKey(args));
    }
  }
  t.deepEqual([...new Set(calls)], ["entriesKey"]);
});

test("arguments that are unusual are printed by JSON.stringify", (t) => {
  const long = [["0", "x", "f", 0, "t"]];
  const nine = Array.from({ length: 9 }, () => ["0", "x"]);
  for (const [id, keySeed, args, options] of [
    ["id", "s", { reply: "[]", version: 1 }],
    ["id", "s", { version: 2, reply: "[]" }],
    ["id", "s", { version: 1, reply: "[]", more: 1 }],
    ["id", "s", { more: 1, version: 1, reply: "[]" }],
    ["id", "s", { reply: "[]" }],
    ["id", "s", { version: 1, reply: "[]", pagePropsIndex: 1.5 }],
    ["id", "s", { version: 1, reply: "[]", pagePropsIndex: -1 }],
    ["id", "s", { version: 1, reply: "[]", pagePropsIndex: 255 }],
    ["id", "s", { version: 1, reply: "[]", layoutPropsIndex: 0, pagePropsIndex: 0 }],
    ["id", "s", Object.defineProperty({ reply: "[]" }, "version", { value: 1 })],
    ["id", "s", { version: 1, reply: nine }],
    ["id", "s", { version: 1, reply: long }, { fileMetadata: true }],
    ["id", "s", { version: 1, reply: [["0", "é", "f", 0, "t"]] }],
    ["id", "s", { version: 1, reply: [["0", `x${"\ud800".repeat(9)}`, "f", 0, "t"]] }],
  ]) {
    const { calls, api } = watched();
    t.is(
      api.deriveUseCacheKey(id, keySeed, args, options),
      plain.deriveUseCacheKey(id, keySeed, args, options),
    );
    t.deepEqual(calls.slice(-2), ["flightArgumentsKey", "buildKey"]);
  }
});

test("a prototype of the arguments does not count, as they are copied", (t) => {
  const { calls, api } = watched();
  const args = Object.assign(Object.create({ toJSON: () => 1, more: 1 }), { version: 1, reply: "[]" });
  t.is(api.flightArgumentsKey(args), flightArgumentsKey(args));
  t.deepEqual(calls, ["textKey"]);
});

test("properties are read in vinext's order, as a getter shows that changes another property", (t) => {
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

test("a property of Object.prototype is not part of the arguments", (t) => {
  const args = { version: 1, reply: "[]" };
  const key = plain.flightArgumentsKey(args);
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
  const { calls, api } = watched();
  for (const edge of [0, 16, 64, 128, 256, 480, 512, 1024, 2048]) {
    for (let length = Math.max(0, edge - 40); length < edge + 40; length++) {
      for (const unit of ["x", '"', "é", "€", "\ud800"]) {
        const text = unit.repeat(length);
        const args = { version: 1, reply: text };
        const file = ["1", "eA==".repeat(length), "f", length, "t"];
        const entries = { version: 1, reply: [[text, "y"], file, ["2", text]], pagePropsIndex: 0 };
        t.is(api.buildUseCacheKey(text, "s", text), plain.buildUseCacheKey(text, "s", text));
        t.is(api.flightArgumentsKey(args), plain.flightArgumentsKey(args));
        t.is(api.deriveUseCacheKey(text, "s", entries), plain.deriveUseCacheKey(text, "s", entries));
      }
    }
  }
  t.deepEqual([...new Set(calls)].sort(), ["buildKey", "entriesKey", "textKey"]);
});

/** A longer text is passed in pieces of this length, or in as many as the addon takes. */
const PIECE = 1 << 16;
const MOST_PIECES = 64;

test("long texts and files are passed in pieces, which may cut a pair of surrogates", (t) => {
  const { calls, api } = watched();
  const same = (reply, call) => {
    const args = { version: 1, reply, pagePropsIndex: 0 };
    calls.length = 0;
    t.is(api.flightArgumentsKey(args), plain.flightArgumentsKey(args));
    t.deepEqual([...new Set(calls)], [call]);
  };
  const textOf = (length, before, unit) => (before + unit.repeat(length)).slice(0, length);
  for (const length of [1, 2].flatMap((pieces) => [-1, 0, 1, 2].map((more) => pieces * PIECE + more))) {
    const file = ["1_file", "A".repeat(length), "f", length, "t"];
    const ofEntries = length > PIECE ? "longKey" : "entriesKey";
    for (const [before, unit] of [
      ["", "x"],
      ["", "😀"],
      ["x", "😀"],
      ["", "\ud83d"],
      ["x", '"\ude00é'],
    ]) {
      const text = textOf(length, before, unit);
      same(text, length > PIECE ? "longKey" : "textKey");
      for (const reply of [
        [["0", text]],
        [
          ["0", "x"],
          ["1", text],
        ],
        [["0", text], file],
      ])
        same(reply, ofEntries);
    }
    same([file, ["1", "x"]], "entriesKey");
  }
  const before = {
    version: 1,
    reply: [
      ["0", "x".repeat(3 * PIECE)],
      [5, "x"],
    ],
  };
  t.is(
    api.flightArgumentsKey(before),
    plain.flightArgumentsKey(before),
    "a long text before a name that is not text",
  );
  for (const more of [-1, 0, 1, 20 * PIECE]) same(textOf(MOST_PIECES * PIECE + more, "x", "😀"), "longKey");
});

test("a long file that is not ASCII is printed by JSON.stringify, whichever piece that is in", (t) => {
  for (const at of [0, PIECE - 1, PIECE, 2 * PIECE]) {
    const { calls, api } = watched();
    const base64 = `${"A".repeat(at)}é${"A".repeat(2 * PIECE)}`;
    const args = { version: 1, reply: [["0", base64, "f", 1, "t"]] };
    t.is(api.flightArgumentsKey(args), plain.flightArgumentsKey(args));
    t.deepEqual(calls, ["longKey", "flightArgumentsKey", "buildKey"]);
  }
});

test("the addon declines calls with too few or too many texts, and with values that are not texts", (t) => {
  const { entriesKey, longKey } = addon;
  const entries = (count) => count << 24;
  const head = ["p", "i"];
  t.is(typeof longKey(...head, 0, ...Array(80).fill("x")), "string");
  t.is(longKey(...head, 0, ...Array(81).fill("x")), undefined);
  t.is(typeof longKey(...head, entries(1), "a", "b", "c"), "string");
  t.is(longKey(...head, 0, "x", 1), undefined);
  for (const key of [entriesKey, longKey]) {
    t.is(typeof key(...head, entries(2), "a", "b", "c", "d"), "string");
    t.is(key(...head, entries(2), "a", "b", "c"), undefined);
    t.is(key(...head, entries(2), "a", 1, "c", "d"), undefined);
    t.is(key(...head, entries(2)), undefined);
    t.is(key(...head, entries(100), "a", "b"), undefined);
  }
  t.is(entriesKey(...head, entries(8), ...Array(17).fill("x")), undefined);
});

test("the benchmark times the fast path, except in the cases that are to be declined", (t) => {
  const declined = ["12 form fields", "64 KB JSON, declined"];
  for (const { name, call, args } of cases) {
    const { calls, api } = watched();
    t.is(api[call](...args), plain[call](...args), name);
    t.regex(
      calls.join(),
      declined.includes(name) ? /^flightArgumentsKey,buildKey$/ : /^(?:build|text|entries|long)Key$/,
      name,
    );
  }
});
