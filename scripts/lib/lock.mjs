// Several runs may share a checkout: two suites side by side, or a suite beside a command.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const locks = fileURLToPath(new URL("../../target/locks/", import.meta.url));
const PAUSE = 200;
const nothing = new Int32Array(new SharedArrayBuffer(4));

/**
 * Waits until no other process has the lock of this name, then takes it. The lock of a process that has ended does not count.
 *
 * @param {string} name
 * @returns {() => void} Gives the lock back.
 */
export function takeLock(name) {
  mkdirSync(locks, { recursive: true });
  const file = path.join(locks, name.replaceAll(/[^\w.-]/g, "-"));
  while (!create(file)) {
    if (isAbandoned(file)) rmSync(file, { force: true });
    else Atomics.wait(nothing, 0, 0, PAUSE);
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  return () => {
    process.off("exit", release);
    release();
  };
}

/** Whether this process has made the file. It has its content before it has its name. @param {string} file */
function create(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft);
  }
}

/** Whether the process that made the file has ended. @param {string} file */
function isAbandoned(file) {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/**
 * Writes a file that another run may be reading, whole and only if it differs.
 *
 * @param {string} file @param {string | Buffer} content
 */
export function replaceFile(file, content) {
  const bytes = Buffer.from(content);
  try {
    if (readFileSync(file).equals(bytes)) return;
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, bytes);
  renameSync(draft, file);
}
