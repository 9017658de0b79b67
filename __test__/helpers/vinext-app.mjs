// A vinext app in a temporary folder, with this package installed as npm or pnpm would install it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { modernNode } from "../../scripts/lib/modern-node.mjs";
import { writeFiles } from "./files.mjs";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const installed = join(repository, "node_modules");
const probe = join(import.meta.dirname, "vinext-probe.cjs");
const node = modernNode();
const PACKAGE = "vinext-cache-key";
const PATIENCE = 60_000;
const { implementation } = createRequire(import.meta.url)("../../index.js");

const files = {
  "package.json": JSON.stringify({ private: true, type: "module" }),
  "next.config.mjs": `
    const identity = JSON.parse(process.env.IDENTITY);
    export default {
      experimental: { useCache: true, ...JSON.parse(process.env.EXPERIMENTAL ?? "{}") },
      ...JSON.parse(process.env.NEXT_CONFIG ?? "{}"),
      output: process.env.OUTPUT,
      deploymentId: identity.deploymentId,
      generateBuildId: () => identity.buildId,
      serverExternalPackages: process.env.PLUGIN ? [] : ["vinext-cache-key"],
    };`,
  "vite.config.mjs": `
    import { fileURLToPath } from "node:url";
    import vinext from "vinext";
    import vinextCacheKey from "vinext-cache-key/vite";
    const { PLUGIN, FILE_METADATA, RUNTIME_ID, PRERENDER, OPTIONS = "{}", VITE = "{}", VINEXT = "{}" } = process.env;
    const adapter = fileURLToPath(new URL("adapter.mjs", import.meta.url));
    const plugins = [
      vinext({ cache: { data: { adapter } }, prerender: PRERENDER === "yes" || undefined, ...JSON.parse(VINEXT) }),
    ];
    const ownPlugin = () =>
      vinextCacheKey({
        ...(FILE_METADATA === "yes" && { fileMetadata: true }),
        ...(RUNTIME_ID === "yes" && { runtimeDeploymentId: true }),
        ...JSON.parse(OPTIONS),
      });
    if (PLUGIN === "before") plugins.unshift(ownPlugin());
    if (PLUGIN === "after") plugins.push(ownPlugin());
    export default { plugins, ...JSON.parse(VITE) };`,
  "adapter.mjs": `
    globalThis.keysOfStore = [];
    const entries = new Map();
    export default () => ({
      async get(key) {
        globalThis.keysOfStore.push(key);
        return entries.get(key) ?? null;
      },
      async set(key, value) {
        entries.set(key, { lastModified: Date.now(), value });
      },
      async revalidateTag() {},
    });`,
  "app/layout.jsx": `
    export default function Layout({ children }) {
      return <html><body>{children}</body></html>;
    }`,
  "app/page.jsx": `
    import { connection } from "next/server";
    async function greet(name) {
      "use cache";
      return "Hello, " + name;
    }
    async function sizeOf(file) {
      "use cache";
      return file.size;
    }
    export default async function Page() {
      await connection();
      const text = await sizeOf(new File(["<b>"], "a.txt", { type: "text/plain" }));
      const page = await sizeOf(new File(["<b>"], "evil.html", { type: "text/html" }));
      return <p>{[await greet("Ada"), text, page].join(" ")}</p>;
    }`,
  "app/report/route.js": `
    import { implementation } from "vinext-cache-key";
    export const dynamic = "force-dynamic";
    export function GET() {
      const { keysOfStore = [], vinextCacheKeyProbe } = globalThis;
      return Response.json({ kind: implementation.kind, keys: keysOfStore, ...vinextCacheKeyProbe });
    }`,
};

const pages = {
  "pages/legacy.jsx": `
    export async function getServerSideProps() {
      return { props: { name: "Grace" } };
    }
    export default function Legacy({ name }) {
      return <p>{"Hello, " + name}</p>;
    }`,
};

const link = (from, to) => {
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to, "junction");
};

const copyVinext = (modules) =>
  cpSync(join(installed, "vinext"), join(modules, "vinext"), { recursive: true });

/** This package and its platform's, with the files that are published. */
function copyPackages(modules) {
  const { files: published } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  for (const file of ["package.json", ...published]) {
    cpSync(join(repository, file), join(modules, PACKAGE, file), { recursive: true });
  }
  const { target, binary } = implementation;
  const platform = join(modules, `${PACKAGE}-${target}`);
  cpSync(join(repository, "npm", target), platform, { recursive: true });
  cpSync(binary, join(platform, `${PACKAGE}.${target}.node`));
}

function linkOthers(modules) {
  const others = readdirSync(installed).filter((name) => !/^\.|^vinext(-cache-key.*)?$/.test(name));
  for (const name of others) link(join(installed, name), join(modules, name));
}

/** Ways to install packages for the app in `web`. vinext is a copy: its files must really be where the layout has them. */
const layouts = {
  flat(root) {
    const modules = join(root, "web/node_modules");
    linkOthers(modules);
    copyVinext(modules);
    copyPackages(modules);
  },
  /** With vinext linked from a folder that is not called `vinext`, as a fork is. */
  fork(root) {
    const modules = join(root, "web/node_modules");
    linkOthers(modules);
    linkOthers(join(root, "node_modules"));
    cpSync(join(installed, "vinext"), join(root, "my-fork"), { recursive: true });
    link(join(root, "my-fork"), join(modules, "vinext"));
    copyPackages(modules);
  },
  /** As in a workspace of pnpm: this package cannot be resolved from the real path of vinext. */
  workspace(root) {
    const modules = join(root, "web/node_modules");
    const store = (name) => join(root, "node_modules/.pnpm", name, "node_modules");
    linkOthers(modules);
    linkOthers(store("vinext"));
    copyVinext(store("vinext"));
    copyPackages(store(PACKAGE));
    for (const name of ["vinext", PACKAGE]) link(join(store(name), name), join(modules, name));
  },
};

function launch(directory, args, env) {
  const { NEXT_DEPLOYMENT_ID: _id, NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(node, args, {
    cwd: directory,
    env: {
      ...inherited,
      NO_COLOR: "1",
      // Left to vinext, it differs from app to app, and with it each function's id.
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const ended = once(child, "close").then(([code]) => {
    process.off("exit", kill);
    return code;
  });
  return { ended, kill, output: () => output, stdout: child.stdout };
}

async function serve(directory, args, env, { probed = true } = {}) {
  const server = launch(directory, probed ? ["--require", probe, ...args] : args, env);
  const impatience = setTimeout(server.kill, PATIENCE);
  const url = await new Promise((resolve, reject) => {
    server.stdout.on("data", () => {
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(server.output()) ?? [];
      if (found) resolve(found);
    });
    server.ended.then(() => reject(new Error(server.output())));
  }).finally(() => clearTimeout(impatience));
  return {
    url,
    output: server.output,
    async get(path, init) {
      const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(PATIENCE), ...init });
      if (!response.ok) throw new Error(`${path}: HTTP status ${response.status}\n${server.output()}`);
      return response.text();
    },
    stop() {
      server.kill();
      return server.ended;
    },
  };
}

/**
 * An app with cached functions, and servers for it that record their keys.
 *
 * @param {keyof typeof layouts} layout
 * @param {{ buildId: string, deploymentId?: string }} identity
 * @param {{ withPages?: boolean, files?: Record<string, string | null> }} [options] More files. `null` leaves a file out.
 */
export function createApp(layout, identity, { withPages = false, files: changes = {} } = {}) {
  const root = mkdtempSync(join(realpathSync(tmpdir()), "vinext-cache-key-"));
  const directory = join(root, "web");
  writeFiles(directory, { ...files, ...(withPages && pages), ...changes });
  layouts[layout](root);

  const cli = join(directory, "node_modules/vinext/dist/cli.js");
  const production = { NODE_ENV: "production", IDENTITY: JSON.stringify(identity) };
  return {
    root,
    directory,
    async build(env) {
      const { ended, output } = launch(directory, [cli, "build"], { ...production, ...env });
      if ((await ended) !== 0) throw new Error(output());
      return output();
    },
    start: (env) => serve(directory, [cli, "start", "-p", "0", "-H", "127.0.0.1"], { ...production, ...env }),
    develop: (env) =>
      serve(directory, [cli, "dev", "--port", "0", "--host", "127.0.0.1"], {
        ...production,
        NODE_ENV: "development",
        ...env,
      }),
  };
}

/** The lines in which a build or a server says what scopes its keys. */
export const statusOf = (output) => output.split("\n").filter((line) => line.startsWith(`${PACKAGE}: `));

/** Serves a standalone build from the folder to which it was moved. */
export const serveStandalone = (directory, env, options) =>
  serve(directory, ["server.js"], { NODE_ENV: "production", PORT: "0", HOST: "127.0.0.1", ...env }, options);
