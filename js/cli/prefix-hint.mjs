// Finds keys behind a prefix that was not named, and says which option names it.

/** The starts of vinext's keys. Only the first one is long enough to be certain behind a letter or digit. */
const FAMILY =
  /(use-cache:)build:|(?<![A-Za-z0-9])(deployment:)[\w-]+:|(?<![A-Za-z0-9])((?:app|pages):v2:|app-fallback-shell:v1:)/;
const MOST_NAMED = 3;

export class PrefixHint {
  /** By prefix: the start of the keys behind it, and its column. @type {Map<string, { start: string, column: number }>} */
  #found = new Map();

  /** @param {string} key A key that was not recognised. */
  see(key) {
    if (this.#found.size === MOST_NAMED) return;
    const match = FAMILY.exec(key);
    if (!match?.index) return;
    const start = match[1] ?? match[2] ?? match[3];
    this.#found.set(key.slice(0, match.index), { start, column: match.index + 1 });
  }

  /** The options by which these keys are recognised, if some of them only have a prefix in front. */
  get text() {
    const [first] = this.#found.values();
    if (!first) return undefined;
    const flags = [...this.#found.keys()].map((prefix) => `--strip-prefix ${quoted(prefix)}`);
    return `\`${first.start}\` starts at column ${first.column}: pass ${flags.join(" ")}`;
  }
}

/** The hint for some keys of a list. @param {Iterable<string>} keys */
export function prefixHint(keys) {
  const hint = new PrefixHint();
  for (const key of keys) hint.see(key);
  return hint.text;
}

/** Quotes a text for a shell. */
const quoted = (/** @type {string} */ text) =>
  /^[\w:./@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
