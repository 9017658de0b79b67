// Builds a vinext app and serves the build, as `vite build` and `vinext start` do. Leaves no process behind.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { modernNode } from "./modern-node.mjs";

/** Limits for a busy machine. On an idle one, a server answers in less than a second and ends at once. */
const ANSWER_WITHIN_MS = 120_000;
const END_WITHIN_MS = 3_000;
const RUNNING = /running at (http:\S+)\n/;

const children = new Set();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/** @typedef {{ node?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} Options A Node that vinext can do with. */

/** @param {Options} [options] */
export async function buildApp(root, options = {}) {
  const { signal } = options;
  const build = launch([locate(root, "vite/bin/vite.js"), "build"], root, options);
  const code = await build.ended;
  throwIfStopped(signal, build);
  if (code !== 0) throw new Error(`The build failed:\n${build.output()}`);
}

/**
 * Serves the app built in `root` on a free loopback port until `stop` or the signal.
 *
 * @param {Options & { cli?: string }} [options] vinext's program, if no `node_modules` has it.
 */
export function startServer(root, { cli = locate(root, "vinext/dist/cli.js"), ...options } = {}) {
  const start = [cli, "start", "--port=0", "--hostname=127.0.0.1"];
  return serve(start, RUNNING, root, options);
}

/**
 * The same by Vite's development server, in workerd if the app is for Workers.
 *
 * @param {NodeJS.ProcessEnv} [env]
 */
export function startDevelopment(root, env) {
  const dev = [locate(root, "vite/bin/vite.js"), "--port=0", "--host=127.0.0.1"];
  // Without the last variable, Miniflare looks up its location in the network.
  const quiet = { NO_COLOR: "1", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
  return serve(dev, /Local: +(http:\S+)\n/, root, { env: { NODE_ENV: "development", ...quiet, ...env } });
}

/**
 * The same for a standalone build in any folder.
 *
 * @param {Options} [options]
 */
export function startStandalone(root, { env, ...options } = {}) {
  const address = { PORT: "0", HOST: "127.0.0.1" };
  return serve(["server.js"], RUNNING, root, { ...options, env: { ...address, ...env } });
}

async function serve(args, listening, root, options = {}) {
  const server = launch(args, root, options);
  const url = await address(server, listening, options);
  return { url, pid: server.pid, request: requester(url, server, options), stop: server.stop };
}

/** Waits until the server prints that it is ready. Returns the group that the pattern matched. */
export async function address(server, listening, { signal } = {}) {
  return Promise.race([
    server.printed(listening),
    server.ended.then(() => {
      throwIfStopped(signal, server);
      throw new Error(`The server did not start:\n${server.output()}`);
    }),
  ]);
}

/**
 * Makes a function that sends a request and returns the text of the response. It throws for a status that is not 2xx.
 *
 * @param {string} url
 * @param {ReturnType<typeof launch>} server
 * @param {{ signal?: AbortSignal, headers?: Record<string, string> }} [options] `headers` are sent with every request.
 */
export function requester(url, server, { signal, headers } = {}) {
  return async (/** @type {string} */ pathname, /** @type {RequestInit} */ init = {}) => {
    const timely = [AbortSignal.timeout(ANSWER_WITHIN_MS), ...(signal ? [signal] : [])];
    try {
      const response = await fetch(new URL(pathname, url), {
        ...init,
        headers: { ...headers, ...init.headers },
        signal: AbortSignal.any(timely),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      return text;
    } catch (cause) {
      // The server is stopped first, so that its output is complete.
      await server.stop();
      throwIfStopped(signal, server);
      // The message of `fetch` itself is only "fetch failed".
      const reason = [cause.message, cause.cause?.message].filter(Boolean).join(": ");
      throw new Error(`${pathname} got no answer (${reason}). The server said:\n${server.output()}`, {
        cause,
      });
    }
  };
}

/** Throws if the signal has stopped a process. The error has what the process printed, as `output`. */
function throwIfStopped(signal, process) {
  if (!signal?.aborted) return;
  throw Object.assign(new Error(signal.reason.message), { output: process.output() });
}

/** The path of a package's file as seen from `root`. The package need not export it. */
function locate(root, file) {
  const folders = createRequire(path.join(root, "package.json")).resolve.paths(file);
  const found = folders.map((folder) => path.join(folder, file)).find(existsSync);
  if (!found) throw new Error(`${file} is not installed for ${root}`);
  return found;
}

/** Starts a process of Node, which is killed when this one ends. */
export function launch(args, cwd, { node = modernNode(), env, signal }) {
  signal?.throwIfAborted();
  const child = spawn(node, args, {
    cwd,
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }

  const stop = async () => {
    child.kill();
    const lastResort = setTimeout(() => child.kill("SIGKILL"), END_WITHIN_MS);
    await ended;
    clearTimeout(lastResort);
  };
  children.add(child);
  signal?.addEventListener("abort", stop);
  const ended = once(child, "close").then(([code]) => {
    children.delete(child);
    signal?.removeEventListener("abort", stop);
    return code;
  });

  return {
    pid: child.pid,
    ended,
    stop,
    output: () => output.trim(),
    printed: (pattern) =>
      new Promise((found) => {
        child.stdout.on("data", () => {
          const match = pattern.exec(output);
          if (match) found(match[1]);
        });
      }),
  };
}
