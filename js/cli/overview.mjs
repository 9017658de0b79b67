// Counts the keys in a store, per deployment and function.
import { renderShares } from "./shares.mjs";
import { cut, digits, visible } from "./text.mjs";

const MOST_ROWS = 40;
/** The end of a path identifies a module, so long paths are cut at the start. */
const WIDEST_FUNCTION = 60;

/**
 * @typedef {import("./parts.mjs").Parts} Parts
 * @typedef {object} Group Keys of one function, or of one other family, of one deployment or build.
 * @property {string | null} deployment
 * @property {string | null} build The build that owns page keys without a deployment.
 * @property {string} family
 * @property {string | null} module
 * @property {string | null} function
 * @property {number} keys
 * @property {number} keyBytes
 * @property {number} [memoryBytes]
 */

const OTHER = "other";

/** @param {Parts | null} parts */
function namesOf(parts) {
  if (!parts) return { deployment: null, build: null, family: OTHER, module: null, function: null };
  const { family } = parts;
  if (family === "use-cache") {
    const { keySeed = null, id, moduleId = id, exportName = null } = parts;
    return { deployment: keySeed, build: null, family, module: moduleId, function: exportName };
  }
  if ("functionId" in parts) {
    const { deployment = null, functionId } = parts;
    return { deployment, build: null, family, module: functionId, function: null };
  }
  const deployment =
    ("deploymentId" in parts && parts.deploymentId) || ("keySeed" in parts && parts.keySeed) || null;
  const build = (!deployment && "buildId" in parts && parts.buildId) || null;
  return { deployment, build, family, module: null, function: null };
}

/** The owner of a key, in words. @param {Parts} parts */
export const ownerOf = (parts) => ownerName(namesOf(parts));

/** @param {{ deployment: string | null, build: string | null }} names */
const ownerName = ({ deployment, build }) => deployment ?? (build === null ? "(none)" : `(build ${build})`);

export class Overview {
  /** @type {Map<string, Group>} */
  #groups = new Map();
  /** The groups of parts that several keys share, which is faster to ask than their names. @type {WeakMap<Parts, Group>} */
  #known = new WeakMap();
  keys = 0;

  /** @param {string} key @param {Parts | null} call @param {number} [memory] Bytes. */
  add(key, call, memory) {
    let group = call ? this.#known.get(call) : undefined;
    if (!group) {
      group = this.#groupOf(call);
      if (call) this.#known.set(call, group);
    }
    this.keys += 1;
    group.keys += 1;
    group.keyBytes += bytesOf(key);
    if (memory !== undefined) group.memoryBytes = (group.memoryBytes ?? 0) + memory;
  }

  /** @param {Parts | null} call */
  #groupOf(call) {
    const names = namesOf(call);
    const id = JSON.stringify(Object.values(names));
    let group = this.#groups.get(id);
    if (!group) {
      group = { ...names, keys: 0, keyBytes: 0 };
      this.#groups.set(id, group);
    }
    return group;
  }

  /** Everything, the largest first. @param {boolean} byMemory */
  result(byMemory) {
    const size = byMemory ? memoryOf : (/** @type {Group} */ { keys }) => keys;
    const groups = [...this.#groups.values()].sort((a, b) => size(b) - size(a));
    const sum = (/** @type {(group: Group) => number} */ of) =>
      groups.reduce((total, group) => total + of(group), 0);
    return {
      keys: this.keys,
      keyBytes: sum(({ keyBytes }) => keyBytes),
      ...(byMemory && { memoryBytes: sum(memoryOf) }),
      groups,
    };
  }

  /** @param {boolean} byMemory @returns {string[]} Lines. */
  table(byMemory) {
    const { groups, keys, keyBytes, memoryBytes } = this.result(byMemory);
    const rows = groups.slice(0, MOST_ROWS).map((group) => ({
      size: byMemory ? memoryOf(group) : group.keys,
      cells: [
        ...(byMemory ? [digits(group.keys)] : []),
        bytes(group.keyBytes),
        visible(ownerName(group)),
        group.family,
        cut(visible([group.module, group.function].filter(Boolean).join(":")), WIDEST_FUNCTION, "start"),
      ],
    }));
    const head = [
      byMemory ? "memory" : "keys",
      ...(byMemory ? ["keys"] : []),
      "key bytes",
      "deployment",
      "family",
      "function",
    ];
    const lines = renderShares(rows, {
      whole: memoryBytes ?? keys,
      head,
      numbers: byMemory ? 2 : 1,
      format: byMemory ? bytes : digits,
    });
    if (groups.length > MOST_ROWS) lines.push(`… and ${digits(groups.length - MOST_ROWS)} more`);
    const all = `${digits(keys)} keys of ${bytes(keyBytes)}`;
    return [...lines, memoryBytes === undefined ? all : `${all}, entries of ${bytes(memoryBytes)}`];
  }

  /** @param {boolean} byMemory */
  csv(byMemory) {
    const columns = [
      "deployment",
      "build",
      "family",
      "module",
      "function",
      "keys",
      "keyBytes",
      ...(byMemory ? ["memoryBytes"] : []),
    ];
    const rows = this.result(byMemory).groups.map((/** @type {any} */ group) =>
      columns.map((column) => group[column]),
    );
    return [columns, ...rows].map((row) => `${row.map(csvField).join(",")}\r\n`).join("");
  }
}

const memoryOf = (/** @type {Group} */ { memoryBytes = 0 }) => memoryBytes;

/** The size of a key in the store: a byte that is not UTF-8 is one lone surrogate of its text. */
function bytesOf(/** @type {string} */ key) {
  const size = Buffer.byteLength(key);
  return size === key.length ? size : size - 2 * (key.match(/[\udc80-\udcff]/gu)?.length ?? 0);
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

function bytes(/** @type {number} */ size) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3));
  return `${digits(Math.round(size / 10 ** (3 * power - 1)) / 10)} ${UNITS[power]}`;
}

/** A cell of CSV, by RFC 4180. */
function csvField(/** @type {string | number | null | undefined} */ value) {
  const text = visible(String(value ?? ""));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
