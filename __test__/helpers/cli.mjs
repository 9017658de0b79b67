// The command line, run as a shell runs it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const CLI = fileURLToPath(new URL("../../js/cli.mjs", import.meta.url));

/** The environment of a test's command: without colours and without a deployment ID, unless the test sets them. */
export function environment(env) {
  const { FORCE_COLOR: _colour, NEXT_DEPLOYMENT_ID: _id, ...inherited } = process.env;
  return { ...inherited, NO_COLOR: "1", ...env };
}

/**
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, node?: string, cli?: string, stdin?: number }} [options]
 */
export function launch(args, { env, cwd, node = process.execPath, cli = CLI, stdin } = {}) {
  return spawn(node, [cli, ...args], {
    cwd,
    env: environment(env),
    stdio: [stdin ?? "pipe", "pipe", "pipe"],
  });
}

/**
 * Runs the command to its end.
 *
 * @param {string[]} args
 * @param {Parameters<typeof launch>[1] & { input?: string | Buffer, inputFile?: boolean }} [options] The input comes by
 *   a pipe, or from a file.
 */
export async function run(args, { input = "", inputFile = false, ...options } = {}) {
  const file = inputFile ? openTemporary(input) : undefined;
  const child = launch(args, { ...options, stdin: file?.descriptor });
  const [out, err] = [child.stdout, child.stderr].map((stream) => {
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    return () => text;
  });
  // It may end before it has read everything.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const [code, signal] = await once(child, "close");
  file?.close();
  return { code, signal, out: out(), err: err() };
}

/** A file that is open, and removed by `close`. Windows does not remove a file that is open. */
function openTemporary(content) {
  const folder = mkdtempSync(join(tmpdir(), "input-"));
  const path = join(folder, "input");
  writeFileSync(path, content);
  const descriptor = openSync(path, "r");
  const close = () => {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  };
  return { descriptor, close };
}
