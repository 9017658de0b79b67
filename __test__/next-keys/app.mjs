// The app in project/ with a release of Next.js, in a temporary folder.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { modernNode } from "../../scripts/lib/modern-node.mjs";
import { isBefore } from "./versions.mjs";

const REACT = "19.3.1";
const PATIENCE = 120_000;
/** The server may store an entry after it has answered, so wait this many milliseconds. */
const AFTER_ANSWER = 300;
/** The first two visits give different keys: only after the first one does Next.js know which root params the function reads. */
const ROOT_PARAMS = ["/localized/en", "/localized/en", "/localized/f%20r"];
const ROOT_PARAMS_SINCE = "16.2.0";

const releases = fileURLToPath(new URL("releases/", import.meta.url));
const project = fileURLToPath(new URL("project/", import.meta.url));

export class App {
  #release;
  #folder;

  /** @param {string} release */
  constructor(release) {
    this.#release = release;
    const locked = lockfileOf(release);
    this.#folder = mkdtempSync(join(tmpdir(), "next-keys-"));
    cpSync(locked, this.#folder, { recursive: true });
    cpSync(project, this.#folder, { recursive: true });
    npm(this.#folder, "ci");
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * The keys of a run, each with the name of the call that it was first used for.
   *
   * @param {import("./runs.mjs").Run} run
   * @returns {Promise<[call: string, key: string][]>}
   */
  async keys(run) {
    rmSync(join(this.#folder, ".next"), { recursive: true, force: true });
    const env = this.#environment(run);
    if (!run.dev) await this.#build(env);
    const server = await this.#serve(run.dev ? "dev" : "start", env, run.cookie);
    try {
      /** @type {Map<string, string>} */
      const calls = new Map();
      const visit = async (call, path) => {
        writeFileSync(env.NEXT_KEYS_LOG, "");
        await server.get(path);
        await wait(AFTER_ANSWER);
        const lines = readFileSync(env.NEXT_KEYS_LOG, "utf8").split("\n").filter(Boolean);
        for (const key of lines.map((line) => JSON.parse(line))) calls.set(key, calls.get(key) ?? call);
      };
      const names = run.calls ?? JSON.parse(await server.get("/calls/names"));
      for (const name of names) await visit(name, `/calls/${encodeURIComponent(name)}`);
      const rooted = isBefore(this.#release, ROOT_PARAMS_SINCE) ? [] : ROOT_PARAMS;
      for (const path of rooted) await visit("root params", path);
      await visit("page", "/localized/en/page");
      return [...calls].map(([key, call]) => [call, key]);
    } finally {
      await server.stop();
    }
  }

  #environment({ buildId = "", deploymentId = "", experiments }) {
    const { NEXT_DEPLOYMENT_ID: _id, ...inherited } = process.env;
    return {
      ...inherited,
      NEXT_TELEMETRY_DISABLED: "1",
      // Function ids depend on it. Left to Next, it differs from build to build.
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
      NEXT_KEYS_LOG: join(this.#folder, "keys.log"),
      NEXT_KEYS_BUILD_ID: buildId,
      NEXT_KEYS_DEPLOYMENT_ID: deploymentId,
      NEXT_KEYS_EXPERIMENTS: JSON.stringify({
        topLevelHandlers: !isBefore(this.#release, "16.0.0"),
        // Later releases have root params without it, and warn.
        ...(isBefore(this.#release, "16.4.0") && { rootParams: true }),
        ...experiments,
      }),
    };
  }

  async #build(env) {
    const { ended, output } = this.#next(["build"], env);
    if ((await ended) !== 0) throw new Error(`next build failed:\n${output()}`);
  }

  async #serve(command, env, cookie) {
    const port = await freePort();
    const server = this.#next([command, "--port", port, "--hostname", "127.0.0.1"], env);
    const until = Date.now() + PATIENCE;
    while (!server.output().includes("Ready in")) {
      if (server.child.exitCode !== null || Date.now() > until) throw new Error(server.output());
      await wait(100);
    }
    return {
      async get(path) {
        const response = await fetch(`http://127.0.0.1:${port}${path}`, {
          headers: cookie ? { cookie } : {},
          signal: AbortSignal.timeout(PATIENCE),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${path}: HTTP status ${response.status}\n${server.output()}`);
        return text;
      },
      stop() {
        server.child.kill();
        return server.ended;
      },
    };
  }

  #next(args, env) {
    const next = join(this.#folder, "node_modules/next/dist/bin/next");
    const child = spawn(modernNode(), [next, ...args], {
      cwd: this.#folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    return { child, ended: once(child, "close").then(([code]) => code), output: () => output };
  }
}

/** The folder with a release's lockfile. */
function lockfileOf(release) {
  const folder = join(releases, release);
  if (existsSync(folder)) return folder;
  mkdirSync(folder, { recursive: true });
  const dependencies = { next: release, react: REACT, "react-dom": REACT };
  writeFileSync(
    join(folder, "package.json"),
    `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`,
  );
  npm(folder, "install", "--package-lock-only");
  return folder;
}

const npm = (cwd, ...args) =>
  execFileSync(
    "npm",
    [...args, "--loglevel=error", "--omit-lockfile-registry-resolved", "--ignore-scripts"],
    {
      cwd,
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    },
  );

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  return String(port);
}
