// A program bundled into one file, with the package in it and its binary beside it.
import assert from "node:assert/strict";
import { readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

const PACKAGE = "vinext-cache-key";

/**
 * How each bundler makes one file of a program, and which implementation that file loads.
 *
 * @type {Record<string, { packages: string[], builds: [format: string, kind: "native" | "portable", ...options: string[]][] }>}
 */
const BUNDLERS = {
  esbuild: {
    packages: ["esbuild@0.28.2"],
    builds: [
      ["cjs", "native"],
      ["esm", "native", "require"],
      ["esm", "portable"],
    ],
  },
  rolldown: {
    packages: ["rolldown@1.3.2"],
    builds: [
      ["cjs", "native"],
      ["esm", "native"],
    ],
  },
  webpack: {
    packages: ["webpack@5.112.2", "node-loader@2.1.0"],
    // The code that node-loader writes needs `__dirname`.
    builds: [
      ["cjs", "native"],
      ["esm", "portable"],
    ],
  },
  ncc: {
    packages: ["@vercel/ncc@0.45.0"],
    builds: [
      ["cjs", "native"],
      ["esm", "native"],
    ],
  },
};

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

/** Runs a bundle. Fails unless it loads that implementation, and warns if that is the portable one. */
async function runBundle(site, bundle, kind, build) {
  const [file] = filesIn(bundle).filter((name) => /[\\/]main\.[cm]js$/.test(name));
  const { stdout, stderr } = await site.run("node", file);
  const { implementation, missing, wrong } = JSON.parse(stdout);
  assert.deepEqual({ kind: implementation.kind, missing, wrong }, { kind, missing: [], wrong: [] }, build);
  if (kind === "native") assert.equal(stderr, "", build);
  else assert.match(stderr, /VINEXT_CACHE_KEY_PORTABLE/, build);
  return implementation;
}

export const bundleRows = Object.entries(BUNDLERS).map(([name, { packages, builds }]) => ({
  title: `One file by ${packages[0].replace("@vercel/", "").replace("@", " ")}`,
  async run(site) {
    const script = `whole-${name}.mjs`;
    site.bring("report.cjs", "common.cjs", "module.mjs", script);
    await site.run("npm", "install", PACKAGE, ...packages);
    for (const [index, [format, kind, ...options]] of builds.entries()) {
      const build = [format, ...options].join(", ");
      await site.run("node", script, format, ...options);
      // Moved away from node_modules: the bundle has to work alone.
      const bundle = path.join(site.home, `bundle-${index}`);
      renameSync(path.join(site.folder, "bundle"), bundle);
      const { binary } = await runBundle(site, bundle, kind, build);
      if (kind === "native" && name !== "webpack")
        assert.ok(binary.startsWith(bundle), `${build}: ${binary}`);
      for (const file of filesIn(bundle).filter((file) => file.endsWith(".node"))) rmSync(file);
      await runBundle(site, bundle, "portable", `${build}, without the binary`);
    }
  },
}));
