// The record of each successful build: the Vite plugin writes it, and the commands read it. docs/plugin.md describes its fields.
// This module does not need Vite.
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";

const FILE = "vinext-cache-key.json";
const SCHEMA = 1;

/** A real app of 3,000 chunks has a record of 0.3 MB. */
const MAX_RECORD_BYTES = 16 << 20;
const BLOCK = 1 << 20;

/**
 * Whose code derives a family of keys: this package's or vinext's. A family whose module is not in the bundle is left out.
 *
 * @typedef {"vinext-cache-key" | "vinext"} Deriver
 *
 * @typedef {object} BuildFacts
 * @property {string} package The version of this package.
 * @property {string} vinext The version of vinext.
 * @property {"node" | "workers"} runtime
 * @property {string} root The folder of the build, as `digestOfFolder` gives it. Function ids contain its path.
 * @property {string} buildId
 * @property {string | null} deploymentId The ID that vinext puts into the build.
 * @property {Record<string, unknown>} options The plugin's options as they took effect.
 * @property {{ "use-cache"?: Deriver, pages?: Deriver }} keys
 *
 * @typedef {BuildFacts & { schema: number, chunks: Record<string, string> }} BuildRecord
 */

/**
 * The error for a record that does not describe the build beside it. `code` is one of
 *
 * - `ERR_BUILD_RECORD_UNREADABLE`: the file cannot be read or is not a record;
 * - `ERR_BUILD_RECORD_SCHEMA`: another version of this package wrote it;
 * - `ERR_BUILD_RECORD_MISMATCH`: it describes other output than what is there.
 */
export class BuildRecordError extends Error {
  /**
   * @param {"UNREADABLE" | "SCHEMA" | "MISMATCH"} kind
   * @param {string} message
   */
  constructor(kind, message) {
    super(`${message}. Build again, so that the record and the output agree`);
    this.code = `ERR_BUILD_RECORD_${kind}`;
  }
}

/**
 * Opens a regular file for reading. Returns `undefined` for anything else, such as a FIFO, which would block, or a
 * link, which could lead out of the folder.
 *
 * @param {string} path
 */
function openRegularFile(path) {
  // Windows has neither flag, and no FIFOs among its files.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  let file;
  try {
    file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  } catch {
    return;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
}

/**
 * The text of a regular file, or `undefined` if there is none or if it has more than `limit` bytes.
 *
 * @param {string} path
 * @param {number} limit
 */
export function readRegularFile(path, limit) {
  const file = openRegularFile(path);
  if (file === undefined) return;
  try {
    const { size } = fstatSync(file);
    if (size > limit) return;
    const bytes = Buffer.alloc(size);
    return bytes.toString("utf8", 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/**
 * SHA-256 of a file in base64url, read block by block because a chunk has no largest size.
 *
 * @param {string} path
 */
function digestOf(path) {
  const file = openRegularFile(path);
  if (file === undefined) return;
  try {
    const hash = createHash("sha256");
    const block = Buffer.alloc(BLOCK);
    for (let read; (read = readSync(file, block)) > 0;) hash.update(block.subarray(0, read));
    return hash.digest("base64url");
  } finally {
    closeSync(file);
  }
}

/** The SHA-256 of a folder's real path in base64url. It tells folders apart without naming them. */
export const digestOfFolder = (/** @type {string} */ folder) =>
  createHash("sha256").update(realpathSync(folder)).digest("base64url");

/** @param {string} server the folder `dist/server` */
export const removeRecord = (server) => rmSync(join(server, FILE), { force: true });

/**
 * Writes the record of a build, completely or not at all.
 *
 * @param {string} server the folder `dist/server`
 * @param {BuildFacts} facts
 * @param {Iterable<string>} files the paths of the chunks that the build has written
 */
export function writeRecord(server, facts, files) {
  const paths = [...new Set(files)].sort();
  const chunks = paths.map((path) => [relative(server, path).replaceAll(sep, "/"), digestOf(path)]);
  const { package: packageVersion, vinext, runtime, root, buildId, deploymentId, options, keys } = facts;
  const identity = { runtime, root, buildId, deploymentId };
  const record = {
    schema: SCHEMA,
    package: packageVersion,
    vinext,
    ...identity,
    options,
    keys,
    chunks: Object.fromEntries(chunks),
  };
  const draft = join(server, `${FILE}.${process.pid}`);
  writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(draft, join(server, FILE));
}

/**
 * The record in a folder, if there is one. Throws a `BuildRecordError` if it does not describe the output there.
 *
 * @param {string} server the folder `dist/server`
 * @param {string} buildId what `BUILD_ID` beside it says
 * @returns {BuildRecord | undefined}
 */
export function readRecord(server, buildId) {
  const file = join(server, FILE);
  const record = parsed(file);
  if (record === undefined) return;
  if (record.buildId !== buildId) {
    throw new BuildRecordError(
      "MISMATCH",
      `${file} is about the build ${JSON.stringify(record.buildId)}, but BUILD_ID is ${JSON.stringify(buildId)}`,
    );
  }
  for (const [path, digest] of Object.entries(record.chunks)) {
    const chunk = inside(server, path);
    if (chunk === undefined || digestOf(chunk) !== digest) {
      throw new BuildRecordError("MISMATCH", `${file} is about another build: ${path} has changed since`);
    }
  }
  return record;
}

/** @param {string} file @returns {BuildRecord | undefined} */
function parsed(file) {
  const unreadable = (/** @type {string} */ reason) =>
    new BuildRecordError("UNREADABLE", `cannot read ${file}: ${reason}`);
  if (!lstatSync(file, { throwIfNoEntry: false })) return;
  const text = readRegularFile(file, MAX_RECORD_BYTES);
  if (text === undefined) throw unreadable("it is not a regular file of at most 16 MiB");
  let record;
  try {
    record = JSON.parse(text);
  } catch {
    throw unreadable("it is not JSON");
  }
  if (typeof record?.schema === "number" && record.schema !== SCHEMA) {
    throw new BuildRecordError(
      "SCHEMA",
      `${file} has schema ${record.schema}; this version reads schema ${SCHEMA}`,
    );
  }
  if (!isRecord(record)) throw unreadable("it is not a record of a build");
  return record;
}

const isObject = (/** @type {unknown} */ value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {any} record */
function isRecord(record) {
  return (
    isObject(record) &&
    record.schema === SCHEMA &&
    ["package", "vinext", "root", "buildId"].every((name) => typeof record[name] === "string") &&
    ["node", "workers"].includes(record.runtime) &&
    (record.deploymentId === null || typeof record.deploymentId === "string") &&
    isObject(record.options) &&
    isObject(record.keys) &&
    isObject(record.chunks) &&
    Object.keys(record.chunks).length > 0
  );
}

/**
 * The file that a record names, if it is within the project: two folders above `dist/server`. vinext's options can put
 * server chunks beside that folder.
 *
 * @param {string} server
 * @param {string} path
 */
function inside(server, path) {
  const file = resolve(server, path);
  const way = relative(resolve(server, "../.."), file);
  return way.startsWith("..") || isAbsolute(way) ? undefined : file;
}
