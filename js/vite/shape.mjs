// Compares code by its syntax tree. Formatting, comments and the names of local variables make no difference. Everything else
// does.

/**
 * @typedef {{ type: string, name?: string, start: number, end: number, [field: string]: any }} Node
 * @typedef {(code: string) => { body: unknown[] }} Parse
 */

/** Fields that say how code is laid out, not what it does. */
const LAYOUT = new Set(["start", "end", "raw", "shorthand"]);

/**
 * Whether `node` matches `pattern`. A name in the pattern that begins with `$` stands for any name. Two such names never stand for
 * the same one, nor for a name that the pattern uses as it is: a local variable must not be mistaken for the global that it hides.
 *
 * @param {any} pattern
 * @param {any} node
 * @param {Map<string, string>} names what the names of the pattern stand for; grows
 * @returns {boolean}
 */
function matches(pattern, node, names) {
  if (Object(pattern) !== pattern || Object(node) !== node) return pattern === node;
  if (pattern.type === "Identifier" && node.type === "Identifier") {
    if (names.has(pattern.name)) return names.get(pattern.name) === node.name;
    if (!pattern.name.startsWith("$") && pattern.name !== node.name) return false;
    if ([...names.values()].includes(node.name)) return false;
    names.set(pattern.name, node.name);
    return true;
  }
  return Object.keys({ ...pattern, ...node }).every((key) => {
    if (LAYOUT.has(key)) return true;
    const isPropertyName = (key === "key" || key === "property") && !pattern.computed;
    return matches(pattern[key], node[key], isPropertyName ? new Map() : names);
  });
}

/**
 * @param {any} tree
 * @returns {Generator<Node>}
 */
export function* walk(tree) {
  if (Object(tree) !== tree) return;
  if (typeof tree.type === "string") yield tree;
  for (const child of Object.values(tree)) yield* walk(child);
}

/**
 * @template T
 * @param {string} what
 * @param {T[]} candidates
 * @returns {T}
 */
function only(what, candidates) {
  if (candidates.length !== 1) throw new Error(what);
  return candidates[0];
}

/** @type {Map<string, Node>} */
const patterns = new Map();

/**
 * The syntax tree of a pattern, parsed once.
 *
 * @param {string} source
 * @param {Parse} parse
 * @returns {Node}
 */
function patternOf(source, parse) {
  const known = patterns.get(source);
  if (known) return known;
  const [statement] = /** @type {any[]} */ (parse(source).body);
  const pattern = statement.type === "ExpressionStatement" ? statement.expression : statement;
  patterns.set(source, pattern);
  return pattern;
}

/** A module to search in. Whatever it does not contain exactly once throws an error that names it. */
export class ModuleShape {
  #parse;
  #nodes;
  #declared;

  /**
   * @param {string} code
   * @param {Parse} parse
   */
  constructor(code, parse) {
    this.#parse = parse;
    this.#nodes = [...walk(parse(code))];
    const declarations = this.#nodes.filter(({ type }) => type !== "ExportSpecifier");
    this.#declared = new Set(
      declarations.flatMap(({ id, local }) => [...walk([id, local])].map(({ name }) => name)),
    );
  }

  /**
   * The specifier that imports `name` from `source`.
   *
   * @param {string} name
   * @param {string} source
   */
  imported(name, source) {
    const imports = this.#nodes.filter(
      (node) => node.type === "ImportDeclaration" && node.source.value === source,
    );
    const specifiers = imports.flatMap((node) => node.specifiers);
    return only(
      `import of ${name}`,
      specifiers.filter(({ imported }) => imported?.name === name),
    );
  }

  /**
   * The specifier that exports `name`.
   *
   * @param {string} name
   */
  exported(name) {
    const specifiers = this.#nodes.filter(({ type }) => type === "ExportSpecifier");
    return only(
      `export of ${name}`,
      specifiers.filter(({ exported }) => exported.name === name),
    );
  }

  /**
   * Throws unless the module exports these names and no others.
   *
   * @param {string[]} names
   */
  expectExports(names) {
    const exports = this.#nodes.filter(({ type }) => /^Export(?!Specifier)/.test(type));
    const specifiers = exports.flatMap((node) => node.specifiers ?? []);
    const found = specifiers.map(({ exported }) => exported.name);
    const [stray] = found.filter((name) => !names.includes(name));
    const [missing] = names.filter((name) => !found.includes(name));
    // `export *`, `export default` and `export function` have no specifiers.
    const other = exports.some(({ type, declaration }) => type !== "ExportNamedDeclaration" || declaration);
    if (stray ?? missing ?? other)
      throw new Error(`exports${stray || missing ? `: ${stray ?? missing}` : ""}`);
  }

  /**
   * The function or expression that matches `source`, and what the names in it stand for. A name that begins with `$` stands for
   * what `known` says, or for any name. Every other name must be a global.
   *
   * @param {string} what
   * @param {string} source
   * @param {Record<string, string>} [known]
   * @returns {{ node: Node, names: Record<string, string> }}
   */
  find(what, source, known = {}) {
    const pattern = patternOf(source, this.#parse);
    const found = this.#nodes.flatMap((node) => {
      // Most nodes are of another type, so the names need not be copied for them.
      if (node.type !== pattern.type) return [];
      const names = new Map(Object.entries(known));
      const isMatch = matches(pattern, node, names);
      const hidden = [...names.keys()].some((name) => this.#declared.has(name));
      return isMatch && !hidden ? [{ node, names: Object.fromEntries(names) }] : [];
    });
    return only(what, found);
  }

  /**
   * Throws unless each name occurs in exactly so many places, its declaration included.
   *
   * @param {(readonly [name: string, places: number])[]} places
   */
  expectMentions(places) {
    for (const [name, expected] of places) {
      const mentions = this.#nodes.filter((node) => node.type === "Identifier" && node.name === name);
      // `{ name }` in an import or export is two nodes in one place.
      if (new Set(mentions.map(({ start }) => start)).size !== expected) throw new Error(`uses of ${name}`);
    }
  }
}
