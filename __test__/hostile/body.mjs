// Calls every export of one implementation in all unusual ways. Prints the failures and the number of calls. It runs in a process
// of its own, because a failure can end the process.
//   node body.mjs <implementation>
import { implementations } from "../helpers/implementations.mjs";
import { inShare } from "../helpers/share.mjs";
import { foreign, getter, odd, odder } from "./values.mjs";

const CODES = {
  ERR_DEPLOYMENT_ID_NOT_A_STRING: "Error",
  ERR_DEPLOYMENT_ID_INVALID_CHARACTERS: "Error",
  ERR_RUNTIME_DEPLOYMENT_ID_MISSING: "Error",
  ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH: "Error",
  ERR_INVALID_ARG_TYPE: "TypeError",
  ERR_OUT_OF_RANGE: "RangeError",
  ERR_STORAGE_KEY_TOO_LONG: "RangeError",
};
/** Words of Node-API and Rust, which no error message may contain: users of this package do not know them. */
const INTERNAL =
  /napi|node-api|panicked|unreachable|(Generic|Pending|Invalid)(Failure|Exception|Arg)|Expected\b/i;

const [, api] = implementations.find(([name]) => name === process.argv[2]);
const exports = Object.entries(api).filter(([, value]) => typeof value === "function");
const validCalls = {
  buildUseCacheKey: ["id", "seed", "args"],
  deriveUseCacheKey: ["id", "seed", { version: 1, reply: [["a", "b"]] }, { fileMetadata: true }],
  flightArgumentsKey: [{ version: 1, reply: [["a", "b"]] }, { fileMetadata: true }],
  parseCacheKey: ["deployment:v1:app:v2:b:/x:html"],
  parseUseCacheKey: ["use-cache:id"],
  resolveDeploymentId: ["v1", {}, {}],
  resolveUseCacheKeySeed: [{ NEXT_DEPLOYMENT_ID: "v1" }, {}],
  storageKey: ["use-cache:build:v1:" + "x".repeat(600), { maxBytes: 512 }],
  useCacheKeyPrefix: ["seed"],
  validateDeploymentId: ["v1"],
};
const sabotageableCalls = {
  ...validCalls,
  resolveDeploymentId: [],
  resolveUseCacheKeySeed: [],
  useCacheKeyPrefix: ["\ud800"],
};

const failures = [];
let calls = 0;

/** Whether this may be thrown: a documented error of this package, an error of V8, or an error of a user's code. */
function isFair(error) {
  if (error === foreign || error === null || error === "text") return true;
  if (!(error instanceof Error) || INTERNAL.test(`${error.code} ${error.message}`)) return false;
  return error.code === undefined || CODES[error.code] === error.name;
}

function attempt(call, describe) {
  calls += 1;
  try {
    const value = call();
    if (typeof value === "string" || typeof value === "object" || value === undefined) return value;
    failures.push(`${describe()} returned a ${typeof value}`);
  } catch (error) {
    if (!isFair(error)) failures.push(`${describe()} threw ${error?.stack ?? String(error)}`);
  }
}

/** Calls a function now; returns a function that repeats its outcome. */
function settle(call) {
  try {
    const value = call();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Every list of `count` of these names. */
function* combinations(names, count) {
  if (count === 0) return yield [];
  for (const first of names) for (const rest of combinations(names, count - 1)) yield [first, ...rest];
}

function everyCombination(values, counts) {
  const names = Object.keys(values);
  for (const [name, call] of exports) {
    for (const count of counts) {
      for (const chosen of combinations(names, count)) {
        if (!inShare()) continue;
        const args = chosen.map((each) => values[each]);
        attempt(
          () => call(...args),
          () => `${name}(${chosen.join(", ")})`,
        );
      }
    }
  }
}

/** Calls each export in every way in which JavaScript can call a function. */
function everyWayToCall() {
  for (const [name, call] of exports) {
    const args = validCalls[name];
    const expected = JSON.stringify(call(...args));
    const same = (way, made) => {
      const value = attempt(made, () => `${name} ${way}`);
      if (JSON.stringify(value) !== expected) failures.push(`${name} ${way} gave ${JSON.stringify(value)}`);
    };
    for (const [self, value] of Object.entries(odder))
      same(`on ${self}`, () => Reflect.apply(call, value, args));
    same("of another realm's Reflect", () => odder.otherRealmApply(call, undefined, args));
    const many = [
      ...args,
      ...Array.from({ length: 4 - args.length }),
      ...Array.from({ length: 50_000 }).fill(1n),
    ];
    same("with 50,000 arguments", () => call(...many));
    for (const chosen of [args, [], [odd.throwingProxy]]) {
      attempt(
        () => Reflect.construct(call, chosen),
        () => `new ${name}`,
      );
      attempt(
        () => Reflect.construct(call, chosen, class extends Array {}),
        () => `new ${name} of another class`,
      );
    }
  }
}

/** Calls each export on every frame of a stack that overflows, and from a getter of the call's own arguments. */
function withoutStack() {
  const nested = { version: 1, reply: [["a", "b"]], deep: odder.repliesWithSymbols };
  for (const [name, call] of exports) {
    const descend = () => {
      attempt(
        () => call(...validCalls[name]),
        () => `${name} at the end of the stack`,
      );
      descend();
    };
    try {
      descend();
    } catch (error) {
      if (!(error instanceof RangeError)) failures.push(`${name} without stack: ${error}`);
    }
    const reentrant = {
      version: 1,
      get reply() {
        return call(nested, reentrant) ?? "";
      },
    };
    attempt(
      () => call(reentrant, reentrant, reentrant),
      () => `${name} from its own getter`,
    );
  }
}

/** An error of a user's code reaches the caller unchanged. */
function foreignErrors() {
  const env = getter({}, "NEXT_DEPLOYMENT_ID", () => {
    throw foreign;
  });
  const { repliesWithForeignError, repliesWithOddSpecies, repliesWithOwnMap, toJsonThrows } = odder;
  const passed = {
    flightArgumentsKey: [
      ...[repliesWithForeignError, repliesWithOddSpecies, repliesWithOwnMap, toJsonThrows].map((args) => [
        args,
      ]),
      [odd.throwingProxy],
      [odd.plain, odd.throwingGetters],
    ],
    deriveUseCacheKey: [
      ["id", "seed", toJsonThrows],
      ["id", "seed", odd.plain, odd.throwingGetters],
    ],
    resolveDeploymentId: [
      [undefined, env],
      ["v1", {}, odd.throwingProxy],
    ],
    resolveUseCacheKeySeed: [[env], [{}, odd.throwingGetters]],
  };
  for (const [name, lists] of Object.entries(passed)) {
    for (const [index, args] of lists.entries()) {
      calls += 1;
      try {
        failures.push(`${name}, foreign error ${index}: gave ${api[name](...args)}`);
      } catch (error) {
        if (error !== foreign) failures.push(`${name}, foreign error ${index}: threw ${error?.stack}`);
      }
    }
  }
}

/** Other code may have removed or replaced the globals that this package uses. */
function sabotagedGlobals() {
  const throwing = odd.function;
  for (const [holder, key] of [
    [globalThis, "Array"],
    [globalThis, "JSON"],
    [globalThis, "URIError"],
    [globalThis, "encodeURIComponent"],
    [globalThis, "process"],
    [Array, "isArray"],
    [Array.prototype, "map"],
    [Array.prototype, "toJSON"],
    [JSON, "stringify"],
    [Object.prototype, "reply"],
    [Object.prototype, "toJSON"],
    [String.prototype, "toJSON"],
    [process, "env"],
  ]) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key);
    for (const value of [undefined, null, 1, {}, throwing, () => "", () => Symbol("s"), () => []]) {
      Object.defineProperty(holder, key, { value, configurable: true, writable: true });
      const outcomes = [];
      for (const [name, call] of exports) outcomes.push(settle(() => call(...sabotageableCalls[name])));
      if (descriptor) Object.defineProperty(holder, key, descriptor);
      else delete holder[key];
      for (const [index, outcome] of outcomes.entries()) {
        attempt(outcome, () => `${exports[index][0]} with another ${key}`);
      }
    }
  }
}

everyCombination(odd, [0, 1, 2, 3, 4]);
everyCombination(odder, [1, 2]);
everyWayToCall();
foreignErrors();
withoutStack();
sabotagedGlobals();

console.log(JSON.stringify({ calls, failures: failures.slice(0, 20), failed: failures.length }));
