// Folders with the files that a test needs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Writes files by their paths below a folder, and makes the folders between.
 *
 * @param {string} root
 * @param {Record<string, string | null>} files Those with `null` are left out.
 */
export function writeFiles(root, files) {
  for (const [name, text] of Object.entries(files)) {
    if (text === null) continue;
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/**
 * Makes a temporary folder with these files, which is removed after the test.
 *
 * @param {import("ava").ExecutionContext} t
 * @param {Record<string, string | null>} [files]
 */
export function folder(t, files = {}) {
  const root = mkdtempSync(join(tmpdir(), "vinext-cache-key-"));
  t.teardown(() => rmSync(root, { recursive: true }));
  writeFiles(root, files);
  return root;
}
