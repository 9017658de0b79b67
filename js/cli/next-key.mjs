// Parses the keys of Next.js's "use cache" entries, like `src/next_key.rs`, which documents the grammar.

/**
 * @typedef {object} NextKey
 * @property {"next" | "next-development" | "next-durable" | "next-shared"} family Only a key of the first family names a
 *   deployment.
 * @property {string} [deployment] The deployment ID, else the build ID.
 * @property {string} functionId
 * @property {string} args The arguments as a JSON array, in React's encoding. They may refer to other fields of the key.
 * @property {[string, string | string[] | null][]} [rootParams]
 */

/** The JSON of a call. `made` is the ID in it, a JSON string, and the text that may follow the ID. */
/** @typedef {{ functionId: string, args: string, made: string, second?: string, durable: boolean }} Call */

/** The start of a key: JSON, or the length of a field. It rejects most text that is not a key. */
const START = /^(?:\["|[0-9a-f]{1,8}:)/;
const ID = /^"[89a-f][0-9a-f]{41}"$/;
const LENGTH = /(?:0|[1-9a-f][0-9a-f]{0,7}):/y;
const ENV = /[0-9a-f]{64}/y;
const PLAIN_TEXT = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f])|ud[89a-f][0-9a-f]{2})/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]\d+)?/y;
const LITERAL = /true|false|null/y;

/** IDs that name no deployment, and what they mean. @type {Map<string, "next-development" | "next-shared">} */
const SHARED_IDS = new Map([
  ["development", "next-development"],
  ["build-TfctsWXpff2fKS", "next-shared"],
]);

/** How deep arrays and objects may be nested, not counting empty ones: as many as `src/next_key.rs` has bits. */
const DEEPEST = 127;

/** Thrown and caught in this module: the text is not exactly a key. */
const unknown = new Error("not a key of Next.js");

/**
 * Parses a key, or returns `undefined` for text that is not exactly a key of Next.js.
 *
 * @param {string} key
 * @returns {NextKey | undefined}
 */
export function parseNextKey(key) {
  // A store cannot contain a key with lone surrogates.
  if (!START.test(key) || !key.isWellFormed()) return;
  try {
    return parse(key);
  } catch (error) {
    if (error !== unknown) throw error;
  }
}

/** Whether this may be a key of a later release of Next.js, or a damaged one. */
export const resemblesNextKey = (/** @type {string} */ key) => START.test(key) && key.includes('["');

/** @param {string} key @returns {NextKey} */
function parse(key) {
  const reader = new Reader(key);
  const call = key.startsWith("[") ? reader.call() : callOf(reader.form());
  const hasEnv = reader.match(ENV) !== "";
  const rootParams = reader.ended ? undefined : JSON.parse(reader.rootParams());
  if (!reader.ended) throw unknown;
  const { functionId, args, made, second, durable } = call;
  const rest = { functionId, args, ...(rootParams && { rootParams }) };
  if (hasEnv) {
    if (!durable || second === undefined) throw unknown;
    return { family: "next-durable", ...rest };
  }
  if (second !== undefined) return { family: "next-development", ...rest };
  const deployment = identity(made);
  const family = SHARED_IDS.get(deployment);
  return family ? { family, ...rest } : { family: "next", deployment, ...rest };
}

/** The JSON in the field of a form. */
function callOf(/** @type {string} */ json) {
  const reader = new Reader(json);
  const call = reader.call();
  if (!reader.ended) throw unknown;
  return call;
}

/** The text of this JSON string, if React could have printed it for an ID. */
function identity(/** @type {string} */ json) {
  const text = JSON.parse(json);
  // React puts a dollar sign in front of a text that starts with one. Alone it starts a reference.
  const id = text.startsWith("$") ? text.slice(1) : text;
  if (!id || (id !== text && !id.startsWith("$")) || !id.isWellFormed()) throw unknown;
  return id;
}

/** Reads a text from the left. Throws `unknown` for text that does not fit. */
class Reader {
  #text;
  #at = 0;

  /** @param {string} text */
  constructor(text) {
    this.#text = text;
  }

  get ended() {
    return this.#at === this.#text.length;
  }

  /** @returns {Call} */
  call() {
    this.#expect("[");
    const first = this.#string();
    this.#expect(",");
    const isOld = this.#next === '"';
    const id = isOld ? this.#string() : first;
    if (isOld) this.#expect(",");
    const args = this.#array();
    let made = first;
    if (!isOld) {
      this.#expect(",");
      this.#expect("[");
      made = this.#string();
    }
    const second = this.#skip(",") ? this.#string() : undefined;
    if (!isOld) this.#expect("]");
    this.#expect("]");
    if (!ID.test(id)) throw unknown;
    return { functionId: id.slice(1, -1), args, made, second, durable: !isOld };
  }

  /** Reads all fields, and returns the JSON among them. */
  form() {
    let json;
    for (let length = this.#length(); length !== undefined; length = this.#length()) {
      const name = this.#units(length);
      if (name === "0") {
        if (json !== undefined) throw unknown;
        json = this.#counted();
      } else if (this.#skip("B")) {
        this.#counted();
        this.#counted();
        this.#units(Math.ceil(this.#needed(this.#length()) / 2));
      } else {
        this.#counted();
      }
    }
    return this.#needed(json);
  }

  rootParams() {
    const start = this.#at;
    this.#list(() => {
      this.#expect("[");
      this.#string();
      this.#expect(",");
      if (this.#next === '"') this.#string();
      else if (this.#next === "[") this.#list(() => this.#string());
      else if (this.match(LITERAL) !== "null") throw unknown;
      this.#expect("]");
    });
    return this.#text.slice(start, this.#at);
  }

  /** Reads the text that a sticky pattern matches here. Returns "" if it matches nothing. */
  match(/** @type {RegExp} */ pattern) {
    pattern.lastIndex = this.#at;
    const [text] = pattern.exec(this.#text) ?? [""];
    this.#at += text.length;
    return text;
  }

  get #next() {
    return this.#text[this.#at];
  }

  /** A JSON array of at least one of these. */
  #list(/** @type {() => void} */ read) {
    this.#expect("[");
    do read();
    while (this.#skip(","));
    this.#expect("]");
  }

  #counted() {
    return this.#units(this.#needed(this.#length()));
  }

  #length() {
    const hex = this.match(LENGTH);
    return hex ? Number.parseInt(hex, 16) : undefined;
  }

  #units(/** @type {number} */ count) {
    const start = this.#at;
    this.#at += count;
    if (this.#at > this.#text.length || this.#splitsPair) throw unknown;
    return this.#text.slice(start, this.#at);
  }

  /** Whether this position is inside a surrogate pair. */
  get #splitsPair() {
    const surrogate = (/** @type {number} */ at) => this.#text.charCodeAt(at) & 0xfc00;
    return surrogate(this.#at - 1) === 0xd800 && surrogate(this.#at) === 0xdc00;
  }

  #array() {
    if (this.#next !== "[") throw unknown;
    const start = this.#at;
    this.#value();
    return this.#text.slice(start, this.#at);
  }

  /** A JSON value. */
  #value() {
    /** @type {string[]} */
    const closing = [];
    do {
      if (this.#skip("[")) {
        if (!this.#skip("]")) {
          closing.push("]");
          continue;
        }
      } else if (this.#skip("{")) {
        if (!this.#skip("}")) {
          closing.push("}");
          this.#name();
          continue;
        }
      } else if (this.#next === '"') {
        this.#string();
      } else if (!this.match(LITERAL) && !this.match(NUMBER)) {
        throw unknown;
      }
      // The value may be the last one in those around it.
      while (closing.length > 0 && !this.#skip(",")) this.#expect(this.#needed(closing.pop()));
      if (closing.at(-1) === "}") this.#name();
    } while (closing.length > 0 && this.#isShallow(closing.length));
  }

  #isShallow(/** @type {number} */ depth) {
    if (depth > DEEPEST) throw unknown;
    return true;
  }

  /** The name and colon before a value in an object. */
  #name() {
    this.#string();
    this.#expect(":");
  }

  /** A JSON string, with its quotes. */
  #string() {
    const start = this.#at;
    this.#expect('"');
    do this.match(PLAIN_TEXT);
    while (this.match(ESCAPE));
    this.#expect('"');
    return this.#text.slice(start, this.#at);
  }

  #skip(/** @type {string} */ character) {
    const stands = this.#next === character;
    if (stands) this.#at += 1;
    return stands;
  }

  #expect(/** @type {string} */ character) {
    if (!this.#skip(character)) throw unknown;
  }

  /** @template T @param {T | undefined} value @returns {T} */
  #needed(value) {
    if (value === undefined) throw unknown;
    return value;
  }
}
