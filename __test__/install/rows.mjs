// The ways in which users install and run the package.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildApp, startServer, startStandalone } from "../../scripts/lib/vinext-server.mjs";

const EXAMPLE = fileURLToPath(new URL("../../examples/two-deployments", import.meta.url));
const PACKAGE = "vinext-cache-key";
/** Node's majors, and of them those that vinext runs on. */
const NODES = ["20", "22", "24", "26"];
const NODES_FOR_VINEXT = NODES.slice(1);
const PROGRAMS = { CommonJS: "common.cjs", "ES module": "module.mjs" };

/**
 * @typedef {object} Row
 * @property {string} title
 * @property {string} [node] A major version.
 * @property {string} [needs] A platform whose binary is needed, besides this machine's.
 * @property {(site: import("./site.mjs").Site) => Promise<void>} run
 *
 * @type {(titles: string[], row: (title: string) => Row) => Row[]}
 */
const each = (titles, row) => titles.map(row);

/** A CommonJS or an ES module program, installed by npm. */
const plain = (kind, file) =>
  each(NODES, (node) => ({
    title: `npm, ${kind}, Node ${node}`,
    node,
    async run(site) {
      site.bring("report.cjs", file);
      await site.run("npm", "install", PACKAGE);
      const platforms = readdirSync(path.join(site.folder, "node_modules")).filter((name) =>
        name.startsWith(`${PACKAGE}-`),
      );
      assert.deepEqual(platforms, [`${PACKAGE}-${site.target}`], "the packages of other platforms");
      await site.check("node", file);
      const { stdout } = await site.run(PACKAGE, "prefix", "v1");
      assert.equal(stdout, "use-cache:build:v1:\n");
    },
  }));

/** Installs by another tool, then runs both programs. */
async function both(site, install, start) {
  await site.run(...install);
  await runBoth(site, start);
}

export async function runBoth(site, start) {
  site.bring("report.cjs", ...Object.values(PROGRAMS));
  for (const file of Object.values(PROGRAMS)) await site.check(...start, file);
}

/** @param {object} [settings] more of Yarn's settings */
export function useYarn(site, settings) {
  site.write(".yarnrc.yml", {
    npmRegistryServer: `http://${site.registry}`,
    unsafeHttpWhitelist: ["127.0.0.1"],
    enableTelemetry: false,
    pnpEnableEsmLoader: true,
    // The package was published seconds ago.
    npmMinimalAgeGate: 0,
    ...settings,
  });
  // Without a lockfile, Yarn would take the project for a part of one in a folder above.
  site.write("yarn.lock", "");
}

const YARN_1 = "1.22.22";
const NPM_10 = "10.9.4";
/** Runs a package manager that is itself a package of npm. */
const npmExec = (name, ...command) => ["npm", "exec", "--yes", `--package=${name}`, "--", ...command];

const DENO_ADD = ["deno", "add", "--minimum-dependency-age=0", `npm:${PACKAGE}`];

const managers = [
  { title: "pnpm", run: (site) => both(site, ["pnpm", "add", PACKAGE], ["node"]) },
  {
    title: "Yarn, Plug'n'Play",
    run(site) {
      useYarn(site);
      return both(site, ["yarn", "add", PACKAGE], ["yarn", "node"]);
    },
  },
  {
    title: "Yarn, node_modules",
    run(site) {
      useYarn(site, { nodeLinker: "node-modules" });
      return both(site, ["yarn", "add", PACKAGE], ["node"]);
    },
  },
  {
    title: `Yarn ${YARN_1}`,
    run: (site) => both(site, npmExec(`yarn@${YARN_1}`, "yarn", "add", PACKAGE), ["node"]),
  },
  {
    title: `npm ${NPM_10}`,
    run: (site) => both(site, npmExec(`npm@${NPM_10}`, "npm", "install", PACKAGE), ["node"]),
  },
  { title: "Bun", run: (site) => both(site, ["bun", "add", PACKAGE], ["bun", "run"]) },
  {
    title: "Deno",
    run: (site) => both(site, DENO_ADD, ["deno", "run", "--allow-read", "--allow-ffi"]),
  },
  {
    title: "Deno, allowed to read alone",
    async run(site) {
      site.bring("report.cjs", "common.cjs");
      await site.run(...DENO_ADD);
      const { stdout, stderr } = await site.run("deno", "run", "--allow-read", "common.cjs");
      const { implementation, wrong } = JSON.parse(stdout);
      assert.deepEqual([implementation.kind, wrong], ["portable", []]);
      assert.match(stderr, /To fix it: start Deno with --allow-ffi\n/);
    },
  },
];

const types = ["NodeNext", "Bundler"].flatMap((resolution) =>
  each(["7.0.2", "5.9.3"], (typescript) => ({
    title: `TypeScript ${typescript}, ${resolution}`,
    async run(site) {
      const module = resolution === "Bundler" ? "ESNext" : resolution;
      const compilerOptions = {
        module,
        moduleResolution: resolution,
        target: "ES2022",
        strict: true,
        noEmit: true,
      };
      site.bring("api.ts", "plugin.ts");
      await site.run("npm", "install", PACKAGE, `typescript@${typescript}`);
      site.write("tsconfig.json", { compilerOptions, files: ["api.ts"] });
      await site.run("tsc");
      await site.run("npm", "install", "vite@8.3.8", "@types/node@24.19.2");
      // Vite's own types are not checked.
      site.write("tsconfig.json", {
        compilerOptions: { ...compilerOptions, skipLibCheck: true },
        files: ["plugin.ts"],
      });
      await site.run("tsc");
    },
  })),
);

/** The plugin in a CommonJS project. TypeScript does not accept types of ES modules there. */
const commonJsTypes = each(["7.0.2", "5.9.3"], (typescript) => ({
  title: `TypeScript ${typescript}, Node16, CommonJS`,
  async run(site) {
    site.bring("plugin.cts");
    const compilerOptions = {
      module: "Node16",
      target: "ES2022",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    };
    await site.run(
      "npm",
      "install",
      PACKAGE,
      `typescript@${typescript}`,
      "vite@8.3.8",
      "@types/node@24.19.2",
    );
    site.write("tsconfig.json", { compilerOptions, files: ["plugin.cts"] });
    await site.run("tsc");
  },
}));

const bundlers = each(["esbuild@0.28.2", "rolldown@1.3.2", "webpack@5.112.2"], (bundler) => ({
  title: `Kept out of the bundle by ${bundler.replace("@", " ")}`,
  async run(site) {
    const [name] = bundler.split("@");
    site.bring("report.cjs", "module.mjs", `${name}.mjs`);
    await site.run("npm", "install", PACKAGE, bundler);
    await site.run("node", `${name}.mjs`);
    const [bundle] = readdirSync(path.join(site.folder, "bundle"));
    await site.check("node", `bundle/${bundle}`);
  },
}));

const traced = {
  title: "Traced by @vercel/nft 1.11.5",
  async run(site) {
    site.bring("report.cjs", "trace.mjs", ...Object.values(PROGRAMS));
    await site.run("npm", "install", PACKAGE, "@vercel/nft@1.11.5");
    await site.run("node", "trace.mjs");
    // The traced files have to work without the others.
    renameSync(path.join(site.folder, "node_modules"), path.join(site.folder, "elsewhere"));
    for (const file of Object.values(PROGRAMS)) await site.check("node", `traced/${file}`);
  },
};

/**
 * The example app, installed from the registry.
 *
 * @param {import("./site.mjs").Site} site
 * @param {{ install?: string[], output?: string }} [options] `output` goes into next.config.
 */
export async function installExample(site, { install = ["npm", "install"], output } = {}) {
  const generated = ["node_modules", "dist", ".next", ".vinext"];
  cpSync(EXAMPLE, site.folder, {
    recursive: true,
    filter: (file) => !generated.includes(path.basename(file)),
  });
  const manifest = JSON.parse(readFileSync(path.join(EXAMPLE, "package.json"), "utf8"));
  manifest.dependencies[PACKAGE] = site.version;
  site.write("package.json", manifest);
  if (output) {
    renameSync(path.join(site.folder, "next.config.js"), path.join(site.folder, "app.config.js"));
    site.write(
      "next.config.js",
      `import config from "./app.config.js";\nexport default { ...config, output: "${output}" };\n`,
    );
  }
  await site.run(...install);
}

/** Makes dependencies of a project development dependencies. */
function moveToDevelopment(site, ...names) {
  const { dependencies, ...manifest } = JSON.parse(site.read("package.json"));
  const isMoved = ([name]) => names.includes(name);
  const entries = Object.entries(dependencies);
  site.write("package.json", {
    ...manifest,
    dependencies: Object.fromEntries(entries.filter((entry) => !isMoved(entry))),
    devDependencies: Object.fromEntries(entries.filter(isMoved)),
  });
}

/** Requests a page of the app; returns the implementation that derived its keys. */
export async function implementationOf(starting) {
  const server = await starting;
  try {
    assert.match(await server.request("/rate"), /<output>/);
    return JSON.parse(await server.request("/runtime"));
  } finally {
    await server.stop();
  }
}

/** Fails unless the app's pages come, with keys that the installed addon derived. */
const visit = async (site, starting) => site.checkNative(await implementationOf(starting));

/** Builds and serves the app with these configurations. A route handler of the app uses the package, which must be the addon. */
async function useInRoute(site, nextConfig, viteConfig) {
  site.write("next.config.js", `import config from "./app.config.js";\nexport default ${nextConfig};\n`);
  site.write("vite.config.js", viteConfig);
  await buildApp(site.folder, site);
  const server = await startServer(site.folder, site);
  try {
    const { implementation, prefix } = JSON.parse(await server.request("/own"));
    assert.equal(prefix, "use-cache:build:v1:");
    site.checkNative(implementation);
  } finally {
    await server.stop();
  }
}

const apps = [
  ...each(NODES_FOR_VINEXT, (node) => ({
    title: `vinext app, npm, Node ${node}`,
    node,
    async run(site) {
      await installExample(site);
      await buildApp(site.folder, site);
      await visit(site, startServer(site.folder, site));
    },
  })),
  {
    title: "vinext app, pnpm",
    async run(site) {
      await installExample(site, { install: ["pnpm", "install"] });
      await buildApp(site.folder, site);
      await visit(site, startServer(site.folder, site));
    },
  },
  {
    title: "vinext app, Yarn, Plug'n'Play",
    async run(site) {
      useYarn(site);
      await installExample(site, { install: ["yarn", "install"] });
      await site.run("yarn", "vite", "build");
      const { stdout } = await site.run("yarn", "bin", "vinext");
      // The same flags as `yarn node` uses.
      const hooks = `--require ${site.folder}/.pnp.cjs --loader ${site.folder}/.pnp.loader.mjs`;
      const env = { ...site.env, NODE_OPTIONS: hooks };
      await visit(site, startServer(site.folder, { ...site, env, cli: stdout.trim() }));
    },
  },
  {
    title: "vinext app, built, then npm ci --omit=dev",
    async run(site) {
      await installExample(site);
      await buildApp(site.folder, site);
      moveToDevelopment(site, "@vitejs/plugin-react", "@vitejs/plugin-rsc");
      await site.run("npm", "install", "--package-lock-only");
      await site.run("npm", "ci", "--omit=dev");
      await visit(site, startServer(site.folder, site));
    },
  },
  {
    title: "vinext app, standalone, elsewhere",
    async run(site) {
      await installExample(site, { output: "standalone" });
      await buildApp(site.folder, site);
      const elsewhere = path.join(site.home, "standalone");
      renameSync(path.join(site.folder, "dist/standalone"), elsewhere);
      renameSync(path.join(site.folder, "node_modules"), path.join(site.folder, "elsewhere"));
      await visit(site, startStandalone(elsewhere, site));
    },
  },
];

const usedInRoute = {
  title: "vinext app, used in a route handler",
  async run(site) {
    await installExample(site);
    renameSync(path.join(site.folder, "next.config.js"), path.join(site.folder, "app.config.js"));
    mkdirSync(path.join(site.folder, "app/own"));
    site.bring("route.js");
    renameSync(path.join(site.folder, "route.js"), path.join(site.folder, "app/own/route.js"));
    const withPlugin = site.read("vite.config.js");
    const withoutPlugin = 'import vinext from "vinext";\nexport default { plugins: [vinext()] };\n';
    await useInRoute(site, "config", withPlugin);
    const external = `{ ...config, serverExternalPackages: ["${PACKAGE}"] }`;
    await useInRoute(site, external, withoutPlugin);
    // The bundler cannot read a binary.
    await assert.rejects(useInRoute(site, "config", withoutPlugin), /UNLOADABLE_DEPENDENCY/);
  },
};

/** @type {Row[]} */
export const rows = [
  ...Object.entries(PROGRAMS).flatMap(([kind, file]) => plain(kind, file)),
  ...managers,
  ...types,
  ...commonJsTypes,
  ...bundlers,
  traced,
  ...apps,
  usedInRoute,
];
