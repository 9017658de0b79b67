// Projects to explain, and what `explain` shows of them.
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modernNode } from "../../scripts/lib/modern-node.mjs";
import { run } from "./cli.mjs";
import { folder } from "./files.mjs";

export const node = modernNode();
export const NEXT_SERVER_ACTIONS_ENCRYPTION_KEY = Buffer.alloc(32, 7).toString("base64");
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
export const VITE_CONFIG = 'import vinext from "vinext";\nexport default { plugins: [vinext()] };\n';
export const MANIFEST = JSON.stringify({ type: "module", dependencies: { vinext: "1.4.0" } });

/** Checks that a text fits on a screen: at most 40 lines of 80 columns. Only a line with one of the paths may be longer. */
export function fits(t, text, ...paths) {
  const lines = text.trimEnd().split("\n");
  t.true(lines.length <= 40, text);
  for (const line of lines) t.true(line.length <= 80 || paths.some((path) => line.includes(path)), line);
}

/** A project that is installed but not built. */
export function fresh(t, files = {}) {
  const root = folder(t, { "package.json": MANIFEST, "vite.config.js": VITE_CONFIG, ...files });
  symlinkSync(modules, join(root, "node_modules"), "junction");
  return root;
}

/** The text with each paragraph in one line. */
export const unwrapped = (text) => text.replaceAll(/(?<=\S)\n {2,}(?!Next:)/g, " ");

export async function explain(t, root, env, ...args) {
  const { code, out, err } = await run(["explain", root, ...args], { node, env });
  fits(t, out, root);
  t.is(err, "");
  const json = JSON.parse((await run(["explain", root, "--json", ...args], { node, env })).out);
  return { code, out: unwrapped(out), codes: json.advice.map((advice) => advice.code), json };
}
