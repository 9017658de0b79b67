// Advice where keys have a prefix that was not named.
const FAMILY = "use-cache:build:";
const MOST_NAMED = 3;

export class PrefixHint {
  /** The columns at which keys begin, by what stands before. @type {Map<string, number>} */
  #columns = new Map();

  /** @param {string} key One that was not recognised. */
  see(key) {
    const index = key.indexOf(FAMILY);
    if (index > 0 && this.#columns.size < MOST_NAMED) this.#columns.set(key.slice(0, index), index + 1);
  }

  /** What to pass so that these keys are recognised, if some of them only have something in front. */
  get text() {
    const [column] = this.#columns.values();
    if (column === undefined) return undefined;
    const flags = [...this.#columns.keys()].map((prefix) => `--strip-prefix ${quoted(prefix)}`);
    return `\`use-cache:\` starts at column ${column}: pass ${flags.join(" ")}`;
  }
}

/** The hint for some keys of a list. @param {Iterable<string>} keys */
export function prefixHint(keys) {
  const hint = new PrefixHint();
  for (const key of keys) hint.see(key);
  return hint.text;
}

/** As a shell takes it. */
const quoted = (/** @type {string} */ text) =>
  /^[\w:./@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
