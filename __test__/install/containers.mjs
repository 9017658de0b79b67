// Containers without Docker: file systems that have only Node, its C library and the files that a Dockerfile copies. They are
// read-only except for /tmp, and have no shell and no package manager.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { nodeWithMusl } from "../../scripts/platforms/runtimes.mjs";
import { buildApp, startStandalone } from "../../scripts/lib/vinext-server.mjs";
import { implementationOf, installExample, runBoth } from "./rows.mjs";

const PACKAGE = "vinext-cache-key";
const run = promisify(execFile);

/** The libraries that a program of glibc is linked with. */
async function librariesOf(program) {
  const { stdout } = await run("ldd", [program]);
  return [...stdout.matchAll(/(\/\S+\.so\S*)/g)].map(([file]) => file);
}

/** Copies Node and glibc into an empty file system, as in a distroless image. */
async function fillWithGlibc(root, node) {
  const program = path.join(root, "node");
  cpSync(realpathSync(node), program);
  for (const library of await librariesOf(program)) cpSync(realpathSync(library), path.join(root, library));
}

/** Copies Node and musl into an empty file system, as in an Alpine image. */
async function fillWithMusl(root) {
  const { node, libraries, loader } = await nodeWithMusl("24.19.0", "x86_64", "amd64");
  cpSync(node, path.join(root, "node"));
  chmodSync(path.join(root, "node"), 0o755);
  cpSync(loader, path.join(root, "lib", path.basename(loader)));
  for (const name of readdirSync(libraries)) cpSync(path.join(libraries, name), path.join(root, "lib", name));
}

/**
 * Moves `app` into a new file system. Returns a program that starts Node in it, with `app` as the working folder.
 *
 * @param {import("./site.mjs").Site} site
 * @param {string} app
 * @param {(root: string) => Promise<void>} fill
 */
async function container(site, app, fill) {
  const root = path.join(site.home, "container");
  for (const folder of ["app", "lib", "proc", "dev", "tmp"])
    mkdirSync(path.join(root, folder), { recursive: true });
  await fill(root);
  renameSync(app, path.join(root, "app"));
  const launcher = path.join(site.home, "node-in-container");
  const enter = `set -eu
for shared in /proc /dev; do mount --rbind "$shared" "$0$shared"; done
mount --rbind "$0" "$0"
mount -o remount,bind,ro "$0"
mount -t tmpfs tmpfs "$0/tmp"
exec unshare --root="$0" --wd=/app /node "$@"`;
  writeFileSync(
    launcher,
    `#!/bin/sh\nexec unshare --map-root-user --mount sh -c '${enter}' '${root}' "$@"\n`,
    { mode: 0o755 },
  );
  return { launcher, app: path.join(root, "app") };
}

const MUSL = "linux-x64-musl";

/** Starts an app in a container. The example's cache is the only part of it that writes files. */
const startInContainer = async (site, output, fill) => {
  const { launcher, app } = await container(site, output, fill);
  const env = { ...site.env, CACHE_DATABASE: "/tmp/cache.sqlite" };
  return startStandalone(app, { ...site, node: launcher, env });
};

/** Fails unless the app's pages come, with keys that the addon for that platform derived. */
async function visit(starting, platform) {
  const { kind, target, reason } = await implementationOf(starting);
  assert.deepEqual([kind, target], ["native", platform], reason);
}

const toAlpine = {
  title: "Container, built on Debian, run on Alpine",
  needs: MUSL,
  async run(site) {
    await installExample(site, { output: "standalone" });
    await site.run("npm", "install", "--no-save", "--force", `${PACKAGE}-${MUSL}@${site.version}`);
    await buildApp(site.folder, site);
    const output = path.join(site.folder, "dist/standalone");
    await visit(startStandalone(output, site), site.target);
    await visit(startInContainer(site, output, fillWithMusl), MUSL);
  },
};

const distroless = {
  title: "Container, without a shell, read-only",
  async run(site) {
    await installExample(site, { output: "standalone" });
    await buildApp(site.folder, site);
    const output = path.join(site.folder, "dist/standalone");
    const fill = (root) => fillWithGlibc(root, site.node);
    await visit(startInContainer(site, output, fill), site.target);
  },
};

/** `npm ci --omit=dev` in one stage. Its `node_modules` is copied to another stage, which has only Node. */
const stages = {
  title: "Container, node_modules from another stage",
  async run(site) {
    site.bring("report.cjs", "common.cjs");
    await site.run("npm", "install", PACKAGE);
    rmSync(path.join(site.folder, "node_modules"), { recursive: true });
    await site.run("npm", "ci", "--omit=dev");
    const { launcher } = await container(site, site.folder, (root) => fillWithGlibc(root, site.node));
    const { stdout, stderr } = await run(launcher, ["common.cjs"], { signal: site.signal });
    const { implementation, missing, wrong } = JSON.parse(stdout);
    assert.deepEqual([implementation.kind, missing, wrong, stderr], ["native", [], [], ""]);
  },
};

const pnpmDeploy = {
  title: "pnpm deploy",
  async run(site) {
    site.write("pnpm-workspace.yaml", "packages: [web]\n");
    mkdirSync(path.join(site.folder, "web"));
    site.write("web/package.json", { name: "web", private: true, dependencies: { [PACKAGE]: site.version } });
    await site.run("pnpm", "install");
    const output = path.join(site.home, "deployed");
    await site.run("pnpm", "--filter=web", "deploy", "--legacy", "--prod", output);
    await runBoth(site.at(output), ["node"]);
  },
};

/** The rows that need Linux's namespaces. */
const isolated = process.platform === "linux" && process.arch === "x64" ? [toAlpine, distroless, stages] : [];

export const containerRows = [...isolated, pnpmDeploy];
