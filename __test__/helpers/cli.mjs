// The command line, run as a shell runs it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const CLI = fileURLToPath(new URL("../../js/cli.mjs", import.meta.url));

/**
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, node?: string }} [options]
 */
export function launch(args, { env, cwd, node = process.execPath } = {}) {
  const { FORCE_COLOR: _colour, NEXT_DEPLOYMENT_ID: _id, ...inherited } = process.env;
  return spawn(node, [CLI, ...args], { cwd, env: { ...inherited, NO_COLOR: "1", ...env } });
}

/**
 * Runs the command to its end.
 *
 * @param {string[]} args
 * @param {Parameters<typeof launch>[1] & { input?: string | Buffer }} [options]
 */
export async function run(args, { input = "", ...options } = {}) {
  const child = launch(args, options);
  const [out, err] = [child.stdout, child.stderr].map((stream) => {
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    return () => text;
  });
  // It may end before it has read everything.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code, signal] = await once(child, "close");
  return { code, signal, out: out(), err: err() };
}
