// Rewrites vinext's modules so that this package derives their keys.
import { ModuleShape, walk } from "./shape.mjs";

/** The local name of an import that this plugin adds to a module of vinext. No name of vinext begins like it. */
const importName = (/** @type {string} */ name) => `vinextCacheKey$${name}`;

/** @param {string} code @param {{ node: { start: number, end: number }, text: string }[]} edits */
function edited(code, edits) {
  const backwards = edits.toSorted((a, b) => b.node.start - a.node.start);
  return backwards.reduce(
    (result, { node, text }) => result.slice(0, node.start) + text + result.slice(node.end),
    code,
  );
}

/** Whether a module has the directive of a client component. */
export const isClientComponent = (/** @type {{ body: any[] }} */ { body }) =>
  body.some(({ directive }) => directive === "use client");

/** An expression without parentheses and types around it. @param {any} node @returns {any} */
const bare = (node) => (/^(?:Parenthesized|TS)/.test(node.type) ? bare(node.expression) : node);

/** The name of a property, if it is written out in the code. @param {any} member @returns {string | undefined} */
function propertyName({ computed, property }) {
  if (!computed) return property.name;
  return property.quasis?.length === 1 ? property.quasis[0].value.cooked : property.value;
}

/** The names of an expression such as `process.env.NAME`. @param {any} node @returns {(string | undefined)[]} */
function pathOf(node) {
  const { type, name, object, ...member } = bare(node);
  return type === "MemberExpression"
    ? [...pathOf(object), propertyName(/** @type {any} */ (member))]
    : [name];
}

/**
 * Code with `process.env.NEXT_DEPLOYMENT_ID` replaced, in each form in which Vite's `define` replaces it. Texts and comments that
 * mention it stay.
 *
 * @param {string} code
 * @param {unknown} program The syntax tree of the code.
 * @param {string} text
 */
export function replaceDeploymentId(code, program, text) {
  const members = [...walk(program)].filter(
    (node) => node.type === "MemberExpression" && pathOf(node).join(".") === "process.env.NEXT_DEPLOYMENT_ID",
  );
  return edited(
    code,
    members.map((node) => ({ node, text })),
  );
}

/**
 * What the names of a shape stand for in a module. For a module of another shape it throws, and names the difference.
 *
 * @param {ModuleShape} module
 * @param {import("./shapes.mjs").Shape} shape
 */
function namesIn(module, { imports = {}, exports = {}, otherExports, functions, mentions }) {
  /** @type {Record<string, string>} */
  const names = {};
  for (const [name, [imported, source]] of Object.entries(imports)) {
    names[name] = module.imported(imported, source).local.name;
  }
  for (const [name, exported] of Object.entries(exports)) {
    names[name] = module.exported(exported).local.name;
  }
  if (otherExports) module.expectExports([...Object.values(exports), ...otherExports]);
  for (const [what, code] of Object.entries(functions)) {
    const { names: found } = module.find(what, code, names);
    for (const name of Object.keys(mentions)) if (name in found) names[name] = found[name];
  }
  module.expectMentions(
    Object.entries(mentions).map(([name, places]) => /** @type {const} */ ([names[name], places])),
  );
  return names;
}

/**
 * The shape for a Worker: what is expected of the module there, and what is changed in it.
 *
 * @param {import("./shapes.mjs").FamilyShape} shape
 */
export const workerShape = ({ workerEdits, ...shape }) =>
  workerEdits ? { ...shape, edits: workerEdits, reexports: [] } : shape;

/**
 * Rewrites a module of vinext. If vinext derives its keys in an unknown way, it throws and names the difference.
 *
 * Only expressions change, each within its line, and the import is added at the end. So lines keep their numbers without a source
 * map. The bundler drops functions that are no longer called.
 *
 * @param {string} code
 * @param {import("./shapes.mjs").FamilyShape} shape
 * @param {{ parse: import("./shape.mjs").Parse, keys: string, sibling: (specifier: string) => string }} how `keys` is
 *   the module to import from. `sibling` returns the code of a module that this one imports.
 */
export function rewrite(code, shape, { parse, keys, sibling }) {
  for (const [specifier, siblingShape] of Object.entries(shape.siblings ?? {})) {
    namesIn(new ModuleShape(sibling(specifier), parse), siblingShape);
  }
  const module = new ModuleShape(code, parse);
  const names = namesIn(module, shape);
  /** @type {Set<string>} */
  const imports = new Set();
  const imported = (/** @type {string} */ name) => {
    imports.add(name);
    return importName(name);
  };

  const edits = (shape.reexports ?? []).map((name) => ({
    node: module.exported(name),
    text: `${imported(name)} as ${name}`,
  }));
  for (const [pattern, replacement] of Object.entries(shape.edits)) {
    const { node, names: found } = module.find(`call of ${pattern}`, pattern, names);
    const text = replacement.replaceAll(/&|([@$])(\w+)/g, (token, sigil, name) => {
      if (token === "&") return code.slice(node.start, node.end);
      return sigil === "@" ? imported(name) : found[token];
    });
    edits.push({ node, text });
  }
  const specifiers = [...imports].map((name) => `${name} as ${importName(name)}`);
  return `${edited(code, edits)}\nimport { ${specifiers.join(", ")} } from ${JSON.stringify(keys)};\n`;
}
