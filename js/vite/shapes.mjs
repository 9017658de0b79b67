// The known releases of vinext, one file per release in shapes/. To support a new release, add a file.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The code that a module must have. Names that begin with `$` stand for any name. A name in `mentions` means the same thing in the
 * whole module. Any other one is a local variable of one function.
 *
 * @typedef {object} Shape
 * @property {Record<string, [imported: string, source: string]>} [imports]
 * @property {Record<string, string>} [exports] The functions that the module has to export.
 * @property {string[]} [otherExports] Its other exports. If set, the module must not export any further name.
 * @property {Record<string, string>} functions Their code, by their names in error messages.
 * @property {Record<string, number>} mentions In how many places each name occurs.
 *
 * A module whose keys this package changes. In `edits`, code is replaced: `@name` is an import from the family's module
 * in keys.mjs, `&` the code itself. `reexports` are exports that are replaced by those of that module. Instead of both, a
 * Worker has `workerEdits`, if there are any: it keeps vinext's own code, because no addon loads there.
 *
 * @typedef {Shape & {
 *   specifier: string,
 *   derivedBy: string[],
 *   siblings?: Record<string, Shape>,
 *   edits: Record<string, string>,
 *   reexports?: string[],
 *   workerEdits?: Record<string, string>,
 * }} FamilyShape `derivedBy` names exports: a bundle without them derives no keys. `siblings` are checked, not changed.
 *
 * @typedef {"use-cache" | "pages"} Family
 *
 * @typedef {object} Release
 * @property {string} version
 * @property {{ deploymentId: string, buildId: string }} identity Functions that return the identity of the build, as
 *   they stand beside each other in vinext's code.
 * @property {Record<Family, FamilyShape>} families
 */

const folder = fileURLToPath(new URL("shapes", import.meta.url));
const load = createRequire(import.meta.url);

/**
 * Newest first. CommonJS, because waiting for `import` would keep a Vite configuration from requiring the plugin.
 *
 * @type {Release[]}
 */
export const RELEASES = readdirSync(folder)
  .map((name) => load(join(folder, name)))
  .sort((a, b) => b.version.localeCompare(a.version, "en", { numeric: true }));

/** @type {Family[]} */
export const FAMILIES = ["use-cache", "pages"];
