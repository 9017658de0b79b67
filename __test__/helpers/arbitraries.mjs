// Random inputs: the parts of a key, and arguments with everything that `JSON.stringify` treats specially.
import fc from "fast-check";
import { length, oddCharacter, text } from "./texts.mjs";

const name = fc.oneof(text, fc.constantFrom("", "a", "0", "version", "reply", "__proto__", "constructor"));
/** The parts from which vinext makes a function's id. */
export const reference = fc
  .tuple(text, text, text)
  .map(([moduleId, exportName, serverReferenceId]) => [`${moduleId}:${exportName}`, serverReferenceId]);
const serverFunction = reference.map((parts) => JSON.stringify(parts));

/** A function's id: one as vinext makes it, or any text, also text that looks like other parts of a key. */
export const functionId = fc.oneof(
  serverFunction,
  text,
  fc
    .tuple(fc.constantFrom("build:", "a:", ":root-params:", '["', '["a","b"]', '["a:b","c"]:'), text)
    .map((parts) => parts.join("")),
);
export const keySeed = fc.option(text, { nil: undefined, freq: 3 });
export const argsKey = fc.option(text, { nil: undefined });

export const digest = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString("base64url"));
export const rootParams = fc.dictionary(
  name,
  fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constant(undefined)),
  { maxKeys: 4 },
);
/** Keys, pieces of keys, and text that merely begins like one. */
export const keyLike = fc
  .array(
    fc.oneof(
      text,
      digest,
      serverFunction,
      fc.constantFrom(
        "use-cache:",
        "build:",
        ":",
        ":root-params:",
        '[["a","b"]]',
        "[[",
        '["',
        "%41",
        "%C3%A9",
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => `use-cache:${parts.join("")}`);

const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Keys of pages and of all families but "use cache", whole and cut short, and text that merely looks like one. */
export const pageKeyLike = fc
  .record({
    scope: fc.constantFrom("", "", "deployment:v-1_Z:", "deployment:", "deployment:v.1:"),
    family: fc.constantFrom(
      "app:v2:",
      "app-fallback-shell:v1:",
      "pages:v2:",
      "app:v1:",
      "unstable_cache:v2:",
      "tag:",
      "__tag:",
      "_N_T_",
      "sha256:",
      "",
    ),
    page: fc
      .array(
        fc.oneof(
          text,
          fc.constantFrom("b", ":", "/", ":/", "__hash:", SHA256, "::i18n=", "locale%3Aen", ":rsc", ":html"),
        ),
        { maxLength: 5 },
      )
      .map((pieces) => pieces.join("")),
    border: fc.constantFrom("", ":/", `:__hash:${SHA256}`),
    suffix: fc.constantFrom(
      "",
      ":html",
      ":route",
      ":route:trailing-slash",
      ":rsc",
      `:rsc:slots:${SHA256}`,
      `:rsc:source:${SHA256}:selector:${SHA256}:prefetch-empty`,
      SHA256.slice(0, 43),
    ),
  })
  .map(({ scope, family, page, border, suffix }) => scope + family + page + border + suffix);

export const deploymentId = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom(..."azAZ059_-"), maxLength: 20 }) },
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom(..."aZ0_-"), maxLength: 8 }),
      oddCharacter,
      fc.constantFrom("", "a"),
    )
    .map((parts) => parts.join("")),
  text,
);

/** Thrown by a user's code. It has to reach the caller unchanged. */
export const thrownByUser = new RangeError("thrown by a user's code");
const throwing = () => {
  throw thrownByUser;
};

const oddNumber = fc.constantFrom(
  -0,
  0,
  1,
  -1,
  1e21,
  1e-7,
  5e-324,
  NaN,
  Infinity,
  -Infinity,
  2 ** 53 + 2,
  0.1 + 0.2,
);

function cycle() {
  const value = { down: [] };
  value.down.push(value);
  return value;
}
class Titled extends Array {
  toJSON(key) {
    return `titled ${key} ${this.length}`;
  }
}

/** Values that a function makes anew, with a name that a counterexample shows. */
const made = Object.entries({
  symbol: () => Symbol("s"),
  function: () => throwing,
  bigint: () => 1n,
  boxedNumber: () => Object(1.5),
  boxedText: () => Object("boxed"),
  boxedBoolean: () => Object(false),
  boxedBigint: () => Object(2n),
  date: () => new Date(0),
  invalidDate: () => new Date(NaN),
  holes: () => Object.assign([], { 1: 1, 3: "2", length: 5 }),
  longHoles: () => Object.assign([], { 66: "far" }),
  map: () => new Map([[1, 2]]),
  bytes: () => new Uint8Array([1, 2]),
  subclass: () => Titled.from("ab"),
  throwingGetter: () => Object.defineProperty({}, "g", { enumerable: true, get: throwing }),
  throwingToJson: () => ({ toJSON: throwing }),
  toJson: () => ({ toJSON: (key) => `key ${key}` }),
  toUndefined: () => ({ toJSON: () => undefined }),
  inheritedToJson: () => Object.create({ toJSON: () => ["inherited"] }),
  getter: () => Object.defineProperty({}, "g", { enumerable: true, get: () => "\ud800" }),
  hidden: () => Object.defineProperty({ shown: 1 }, "hidden", { value: 2 }),
  nullPrototype: () => Object.assign(Object.create(null), { a: 1 }),
  transparentProxy: () => new Proxy({ a: [1] }, {}),
  proxiedArray: () => new Proxy(["a", "b"], {}),
  throwingProxy: () => new Proxy({}, { ownKeys: throwing }),
  throwingPrototype: () => new Proxy({}, { getPrototypeOf: throwing }),
  throwingValueOf: () => ({ valueOf: throwing }),
  cycle,
}).map(([label, make]) => fc.constant(label).map(() => make()));

/** Any value of a property. */
export const oddValue = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 3, arbitrary: oddNumber },
  fc.constantFrom(undefined, null, true, false),
  ...made,
  fc.array(fc.oneof(text, oddNumber, ...made), { maxLength: 3 }),
  fc.dictionary(name, fc.oneof(text, oddNumber, ...made), { maxKeys: 3 }),
);

const base64 = fc
  .tuple(length, fc.nat(255))
  .map(([size, byte]) => Buffer.alloc(size, byte).toString("base64"));
const textEntry = fc.tuple(text, text);
const fileEntry = fc.tuple(text, fc.oneof(base64, text), text, fc.oneof(fc.nat(), oddNumber), text);
const oddEntry = fc
  .array(oddValue, { maxLength: 6 })
  .chain((entry) =>
    fc.constantFrom(
      entry,
      Titled.from(entry),
      new Proxy(entry, {}),
      Object.assign([], { length: 3 }, entry.slice(0, 1)),
    ),
  );
const plainReply = fc.oneof(text, fc.array(fc.oneof(textEntry, fileEntry), { maxLength: 5 }));
const oddReply = fc
  .array(fc.oneof(textEntry, fileEntry, oddEntry), { maxLength: 4 })
  .chain((entries) =>
    fc.constantFrom(
      entries,
      Titled.from(entries),
      new Proxy(entries, {}),
      Object.freeze(entries),
      Object.assign([], { length: entries.length + 2, 1: ["after", "a hole"] }),
    ),
  );

const index = fc.oneof(fc.constant(undefined), fc.integer({ min: -1, max: 9 }));
/** Arguments as vinext makes them. */
export const plainArguments = fc
  .tuple(plainReply, index, fc.option(index, { nil: null }))
  .map(([reply, pagePropsIndex, layoutPropsIndex]) => ({
    version: 1,
    reply,
    pagePropsIndex,
    ...(layoutPropsIndex !== null && { layoutPropsIndex }),
  }));

/** Properties in any order, some missing. */
const shuffled = (properties) =>
  fc
    .shuffledSubarray(Object.keys(properties))
    .chain((names) => fc.tuple(...names.map((name) => properties[name].map((value) => [name, value]))))
    .map(Object.fromEntries);
const oddProperties = fc.oneof(
  shuffled({
    // The native engine reads the other properties only with this version.
    version: fc.oneof(fc.constant(1), oddValue),
    pagePropsIndex: oddValue,
    layoutPropsIndex: oddValue,
    extra: oddValue,
    1: oddValue,
    "\ud800": oddValue,
  }),
  fc.dictionary(name, oddValue, { maxKeys: 4 }),
);

const defined = (object, name, descriptor) => Object.defineProperty(object, name, descriptor);
/** Unlike `Object.assign`, which calls setters: "__proto__" is a name too. */
const owning = (object, properties) => {
  const descriptors = Object.getOwnPropertyDescriptors(properties);
  for (const name of Object.keys(descriptors)) Reflect.defineProperty(object, name, descriptors[name]);
  return object;
};
/** Every way in which an object can have the property `reply`. */
const holders = [
  (others, reply) => ({ ...others, reply }),
  (others, reply) => ({ reply, ...others }),
  (others, reply) => defined({ ...others }, "reply", { value: reply }),
  (others, reply) => defined({ ...others }, "reply", { enumerable: true, get: () => reply }),
  (others, reply) => defined({ reply, ...others }, "__proto__", { value: "own", enumerable: true }),
  (others, reply) => defined({ reply, ...others }, "late", { get: throwing, enumerable: true }),
  (others, reply) => owning(Object.create({ reply, inherited: 1 }), others),
  (others, reply) => owning(Object.create(null), { reply, ...others }),
  (others, reply) => owning(["element"], { reply, ...others, length: 1 }),
  (others, reply) => owning(() => {}, { reply, ...others }),
  (others, reply) => Object.freeze({ [Symbol("s")]: 1, reply, ...others }),
  (others, reply) => new Proxy({ reply, ...others }, {}),
  (others, reply) => ({ reply, ...others, toJSON: (key) => [reply, key] }),
  (others, reply) => ({ reply, ...others, toJSON: () => undefined }),
];
/** Anything that may be passed as arguments. */
export const oddArguments = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(fc.oneof(plainReply, oddReply), oddProperties, fc.constantFrom(...holders))
      .map(([reply, others, put]) => put(others, reply)),
  },
  fc.tuple(oddValue, oddProperties).map(([reply, others]) => ({ ...others, reply })),
  fc.array(fc.oneof(textEntry, oddValue), { maxLength: 3 }).map((reply) => ({ version: 1, reply })),
  oddValue,
);

/** An entry of a form: a text field, or a file with its name and type. */
const blob = fc.tuple(length, fc.nat(255), text, fc.option(text)).map(([size, byte, type, fileName]) => {
  const bytes = [Buffer.alloc(size, byte)];
  return fileName === null
    ? new Blob(bytes, { type })
    : new File(bytes, fileName, { type, lastModified: byte });
});
export const form = fc.array(fc.tuple(text, fc.oneof(text, blob)), { maxLength: 4 }).map((fields) => {
  const data = new FormData();
  for (const [field, value] of fields) data.append(field, value);
  return data;
});
