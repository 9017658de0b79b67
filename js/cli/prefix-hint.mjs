// Advice where keys have a prefix that was not named.
/** What vinext's keys start with. Only the first is so long that it is certain behind a letter or digit. */
const FAMILY =
  /(use-cache:)build:|(?<![A-Za-z0-9])(deployment:)[\w-]+:|(?<![A-Za-z0-9])((?:app|pages):v2:|app-fallback-shell:v1:)/;
const MOST_NAMED = 3;

export class PrefixHint {
  /** By what stands before the keys: how they start, and at which column. @type {Map<string, { start: string, column: number }>} */
  #found = new Map();

  /** @param {string} key One that was not recognised. */
  see(key) {
    if (this.#found.size === MOST_NAMED) return;
    const match = FAMILY.exec(key);
    if (!match?.index) return;
    const start = match[1] ?? match[2] ?? match[3];
    this.#found.set(key.slice(0, match.index), { start, column: match.index + 1 });
  }

  /** What to pass so that these keys are recognised, if some of them only have something in front. */
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

/** As a shell takes it. */
const quoted = (/** @type {string} */ text) =>
  /^[\w:./@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
