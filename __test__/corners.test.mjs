// Tests programs that replace built-ins, and arguments with getters that record each read: keys stay vinext's.
import test from "ava";
import { execFileSync } from "node:child_process";
import { implementations } from "./helpers/implementations.mjs";
import * as vinext from "../scripts/lib/oracle.mjs";
import { outcome } from "./helpers/outcome.mjs";

const entry = (get) => Object.defineProperty(["name", ""], 1, { enumerable: true, get });
/** Counts on each read, so that one read too many gives another key. */
const counter = (make = (count) => count) => {
  let count = 0;
  return () => make(count++);
};

const throwing = () => {
  throw new RangeError("thrown by a user's code");
};
/** A proxy that throws in this trap. */
const proxy = (target, trap, isAsked = () => true) =>
  new Proxy(target, {
    [trap]: (...asked) => (isAsked(asked[1]) ? throwing() : Reflect[trap](...asked)),
  });
/** Entries of which vinext's own code rejects the first one, before it looks at the others. */
const behindBigint = (entry) => () => ({ version: 1, reply: [["a", 1n], entry] });
const behindText = (content) => () => ({
  version: 1,
  reply: [entry(counter((count) => `text ${count}`)), ["b", content]],
});

/** Arguments made anew for each call, since a getter changes them. */
const made = {
  "an index that is a symbol": () => ({ version: 1, reply: "x", pagePropsIndex: Symbol("s") }),
  "an index that cannot be a number": () => ({
    version: 1,
    reply: "x",
    pagePropsIndex: { valueOf: throwing },
    layoutPropsIndex: { [Symbol.toPrimitive]: throwing },
  }),
  "a throwing getter behind a bigint": behindBigint(entry(throwing)),
  "a throwing toJSON behind a bigint": behindBigint(
    Object.defineProperty(["b", "c"], "toJSON", { get: throwing }),
  ),
  "a throwing list of names behind a bigint": behindBigint(["b", proxy({}, "ownKeys")]),
  "a throwing prototype behind a bigint": behindBigint(["b", proxy({}, "getPrototypeOf")]),
  "an entry that throws for its text, behind a bigint": behindBigint(
    proxy(["b", "c"], "get", (name) => name === "1"),
  ),
  "a prototype that throws": behindText(proxy({ bytes: "AA==" }, "getPrototypeOf")),
  "a descriptor that throws": behindText(proxy({ bytes: "AA==" }, "getOwnPropertyDescriptor")),
  "contents that are null": () => ({ version: 1, reply: [["0", null]] }),
  "contents with a hidden toJSON": () => ({
    version: 1,
    reply: [["0", Object.defineProperty({ bytes: "AA==" }, "toJSON", { value: () => "other" })]],
  }),
  "contents with hidden bytes": () => ({
    version: 1,
    reply: [["0", Object.defineProperty({}, "bytes", { value: "AA==" })]],
  }),
  "contents that are a proxy": () => ({
    version: 1,
    reply: [
      ["0", new Proxy({ bytes: "AA==" }, { get: (_, name) => (name === "bytes" ? "AB==" : undefined) })],
    ],
  }),
  "a getter that adds to a later entry": () => {
    const later = ["b", "c"];
    return { version: 1, reply: [entry(() => (later.push("d"), "a")), later] };
  },
  "a getter that replaces a later entry's text": () => {
    const later = ["b", "c"];
    return { version: 1, reply: [entry(() => (later[1] = "a")), later] };
  },
  "a getter that throws the first time": () => ({
    version: 1,
    reply: [entry(counter((count) => (count === 0 ? throwing() : "text")))],
  }),
  "texts before an entry that is not a pair": () => ({
    version: 1,
    reply: [
      entry(counter((count) => `text ${count}`)),
      Object.defineProperty(["b", "c", "d"], "length", { value: 3 }),
      ["e", 1],
    ],
  }),
  "a getter that hides a later property": () => ({
    version: 1,
    reply: "x",
    get a() {
      Object.defineProperty(this, "b", { enumerable: false });
      return 1;
    },
    b: 2,
  }),
  "a getter that adds a property": () => ({
    version: 1,
    get reply() {
      this.layoutPropsIndex = 3;
      return "x";
    },
  }),
  "a version that counts": () =>
    Object.defineProperty({ reply: "x" }, "version", { enumerable: true, get: counter() }),
  "a version that is 1 when read first": () =>
    Object.defineProperty({ version: 0, reply: "x" }, "version", { get: counter((count) => count + 1) }),
  "a reply that counts": () =>
    Object.defineProperty({ version: 1, reply: "" }, "reply", { get: counter((count) => `reply ${count}`) }),
  "a reply that is text first and entries then": () =>
    Object.defineProperty({ version: 1, reply: "" }, "reply", {
      get: counter((count) => (count === 0 ? "text" : [["0", "x"]])),
    }),
  "an index that counts": () =>
    Object.defineProperty({ version: 1, reply: "x", pagePropsIndex: 0 }, "pagePropsIndex", {
      get: counter(),
    }),
  "an entry's text that counts": () => ({ version: 1, reply: [entry(counter((count) => `text ${count}`))] }),
  "an entry's number that counts": () => ({ version: 1, reply: [entry(counter())] }),
  "a file's bytes that count": () => ({
    version: 1,
    reply: [[...entry(counter((count) => `${count}`)), "a.txt", 0, "text/plain"]],
  }),
  "an entry of the form that a file gets in the digest": () => ({
    version: 1,
    reply: [["0", { bytes: "AA==" }]],
  }),
  "an entry of that form with one more property": () => ({
    version: 1,
    reply: [["0", { bytes: "AA==", more: 1 }]],
  }),
  "bytes behind a getter": () => ({
    version: 1,
    reply: [["0", Object.defineProperty({}, "bytes", { enumerable: true, get: counter() })]],
  }),
  "a map of its own": () => ({ version: 1, reply: Object.assign([["0", "x"]], { map: () => [["1", "y"]] }) }),
  "a map that makes longer entries": () => ({
    version: 1,
    reply: Object.assign([["0", "x"]], { map: () => [["1", "y", "z"]] }),
  }),
  "a map that makes shorter entries": () => ({
    version: 1,
    reply: Object.assign([["0", "x"]], { map: () => [["1"]] }),
  }),
  "bytes with a prototype that has toJSON": () => ({
    version: 1,
    reply: [["0", Object.assign(Object.create({ toJSON: () => "printed" }), { bytes: "AA==" })]],
  }),
  "bytes with a prototype that hides its toJSON": () => ({
    version: 1,
    reply: [
      [
        "0",
        Object.assign(Object.create(Object.defineProperty({}, "toJSON", { value: () => "printed" })), {
          bytes: "AA==",
        }),
      ],
    ],
  }),
  "a map that changes what the callback gives": () => ({
    version: 1,
    reply: Object.assign([["0", "AA==", "a", 0, "t"]], {
      map(key) {
        const [name, file] = key(this[0], 0);
        return [[name, { ...file, more: 1 }]];
      },
    }),
  }),
  "a constructor with another species": () => ({
    version: 1,
    reply: Object.assign([["0", "x"]], { constructor: { [Symbol.species]: class extends Array {} } }),
  }),
  "no version": () => ({ reply: "x" }),
  "plain text": () => ({ version: 1, reply: "x", pagePropsIndex: 0 }),
  "plain entries": () => ({
    version: 1,
    reply: [
      ["0", "x"],
      ["f", "AA==", "a", 0, "t"],
    ],
    pagePropsIndex: 0,
  }),
  "many entries": () => ({ version: 1, reply: Array.from({ length: 6 }, (_, index) => [`${index}`, "x"]) }),
};

/** Changes of built-ins: the object, the name of the property, and a function that makes its new value from the old one. */
const changed = {
  nothing: [{}, "nothing", () => undefined],
  "JSON.stringify": [JSON, "stringify", (stringify) => (value) => stringify({ ...value, added: 1 })],
  "Array.prototype.map": [
    Array.prototype,
    "map",
    (map) =>
      function (callback) {
        return Reflect.apply(map, this, [callback]).reverse();
      },
  ],
  "Array[Symbol.species]": [
    Array,
    Symbol.species,
    () =>
      class extends Array {
        toJSON() {
          return "another species";
        }
      },
  ],
  "Array.prototype.toJSON": [Array.prototype, "toJSON", () => () => "an array"],
  "Object.prototype.toJSON": [Object.prototype, "toJSON", () => () => "an object"],
  "Object.prototype.pagePropsIndex": [Object.prototype, "pagePropsIndex", () => 5],
  "Object.prototype.version": [Object.prototype, "version", () => 1],
  encodeURIComponent: [globalThis, "encodeURIComponent", () => (text) => `<${text}>`],
};

/** Runs a function while a built-in is changed. */
function under([object, name, make], run) {
  const before = Object.getOwnPropertyDescriptor(object, name);
  const value = make(before?.value);
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false });
  try {
    return run();
  } finally {
    if (before) Object.defineProperty(object, name, before);
    else delete object[name];
  }
}

for (const [name, api] of implementations) {
  test(`${name}: an error of the arguments comes before an error of the seed`, (t) => {
    for (const reply of [[[2n]], [["0", 2n]], [["0", { toJSON: () => null.x }]], "x"]) {
      const args = { version: 1, reply };
      t.deepEqual(
        outcome(api.deriveUseCacheKey, "id", "\udc00", args),
        outcome(() => vinext.buildUseCacheKey("id", "\udc00", vinext.flightArgumentsKey(args))),
      );
    }
  });
}

test("JSON.stringify that was replaced before the package was loaded", (t) => {
  const key = under(changed["JSON.stringify"], () => vinext.flightArgumentsKey({ version: 1, reply: "x" }));
  for (const replacement of [
    "(value) => original({ ...value, added: 1 })",
    "function stringify() { return original({ ...arguments[0], added: 1 }); }",
    "(value) => original({ ...value, added: 1 }, /* [native code] */)",
  ]) {
    const load = `
      const { stringify: original } = JSON;
      JSON.stringify = ${replacement};
      const { flightArgumentsKey, implementation } = require("vinext-cache-key");
      console.log(implementation.kind, flightArgumentsKey({ version: 1, reply: "x" }));`;
    const stdout = execFileSync(process.execPath, ["-e", load], { encoding: "utf8" });
    t.is(stdout.trim(), `native ${key}`, replacement);
  }
});

for (const [name, api] of implementations) {
  for (const [what, change] of Object.entries(changed)) {
    test.serial(`${name}: with ${what} changed, keys are vinext's`, (t) => {
      // The seed's prefix is remembered from before the change.
      api.buildUseCacheKey("id", "a b", "x");
      const results = Object.entries(made).map(([title, make]) => {
        const [actual, expected] = under(change, () => [
          [
            outcome(api.flightArgumentsKey, make()),
            outcome(api.deriveUseCacheKey, "id", "a b", make()),
            outcome(api.buildUseCacheKey, "id", "a b", "x"),
          ],
          [
            outcome(vinext.flightArgumentsKey, make()),
            outcome(() => vinext.buildUseCacheKey("id", "a b", vinext.flightArgumentsKey(make()))),
            outcome(vinext.buildUseCacheKey, "id", "a b", "x"),
          ],
        ]);
        return [title, actual, expected];
      });
      for (const [title, actual, expected] of results) t.deepEqual(actual, expected, title);
    });
  }
}
