// Values that no caller should pass, with their names in failure messages.
import { createContext, runInContext } from "node:vm";

/** Thrown by a user's code. It has to reach the caller unchanged. */
export const foreign = new Error("thrown by a user's code");
const throwing = () => {
  throw foreign;
};
function Throwing() {
  throw foreign;
}
const traps = [
  "get",
  "has",
  "ownKeys",
  "getOwnPropertyDescriptor",
  "getPrototypeOf",
  "set",
  "defineProperty",
];
const revoked = (target) => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
export const getter = (object, name, get) => Object.defineProperty(object, name, { enumerable: true, get });
const cycle = { version: 1, reply: [["a", "b"]] };
cycle.self = cycle;
const buffer = new ArrayBuffer(8);
const view = new Uint8Array(buffer);
structuredClone(buffer, { transfer: [buffer] });
const realm = createContext({});

/** Few enough for every combination of four. */
export const odd = {
  undefined,
  null: null,
  symbol: Symbol("s"),
  bigint: 1n,
  number: NaN,
  empty: "",
  text: "text",
  loneSurrogate: "\ud800",
  function: throwing,
  revokedProxy: revoked({}),
  throwingProxy: new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, throwing]))),
  throwingGetters: ["reply", "fileMetadata", "deploymentId", "NEXT_DEPLOYMENT_ID"].reduce(
    (object, name) => getter(object, name, throwing),
    {},
  ),
  cycle,
  detached: view,
  otherRealm: runInContext('({ version: 1, reply: [["a", "b"], ["f", "AA==", "n", 0, "t"]] })', realm),
  plain: { version: 1, reply: "[]", fileMetadata: true },
};

/** Many more, for every combination of two. */
export const odder = {
  ...odd,
  true: true,
  infinity: Infinity,
  boxedText: Object("text"),
  boxedSymbol: Object(Symbol("s")),
  date: new Date(NaN),
  error: new Error("passed"),
  promise: Promise.resolve(),
  weakMap: new WeakMap(),
  module: await import("node:path"),
  global: globalThis,
  generator: (function* () {})(),
  class: class {},
  nullPrototype: Object.create(null),
  revokedArray: revoked([]),
  revokedFunction: revoked(() => {}),
  otherRealmArray: runInContext("[[]]", realm),
  otherRealmFunction: runInContext("() => {}", realm),
  otherRealmGlobal: realm,
  otherRealmApply: runInContext("Reflect.apply", realm),
  sharedMemory: new Int32Array(new SharedArrayBuffer(8)),
  arguments: (function () {
    return arguments;
  })(1, 2),
  repliesWithSymbols: { reply: [[Symbol("s"), Symbol("t")]] },
  repliesWithBigint: { reply: [["a", 1n]] },
  repliesWithRevoked: { reply: [revoked([])] },
  repliesWithRevokedEntries: { reply: revoked([]) },
  repliesWithForeignError: { reply: [getter(["a", "b", "c"], 1, throwing)] },
  repliesWithOwnMap: { reply: Object.assign([], { map: throwing }) },
  repliesWithoutMap: { reply: Object.assign([], { map: 1 }) },
  repliesWithOddSpecies: {
    reply: Object.assign([["a", "b"]], { constructor: { [Symbol.species]: Throwing } }),
  },
  shrinkingReply: {
    get reply() {
      const reply = [
        ["a", "b"],
        ["c", "d"],
        ["e", "f"],
      ];
      return getter(reply, 0, () => ((reply.length = 1), ["a"]));
    },
  },
  toJsonThrows: { reply: "", toJSON: throwing },
  toJsonSymbol: { reply: "", toJSON: () => Symbol("s") },
  deep: { reply: "", deep: Array.from({ length: 20_000 }).reduce((inner) => [inner], []) },
  manyProperties: { reply: "", ...Array.from({ length: 2_000 }).fill(0) },
  sparse: { reply: Object.assign([], { length: 200_000 }) },
  negativeZeroIndex: { reply: [], "-0": -0, 4294967295: 1 },
  throwsNull: getter({}, "reply", () => {
    throw null;
  }),
  throwsText: getter({}, "reply", () => {
    throw "text";
  }),
};
