// The commands that the loader advises. Each row breaks an installation, runs the advised command and expects the addon.
import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildApp } from "../../scripts/lib/vinext-server.mjs";
import { installExample, useYarn } from "./rows.mjs";

const PACKAGE = "vinext-cache-key";
const PROGRAM = "common.cjs";
/** A system that no row runs on. */
const OTHER = { os: "sunos", cpu: "mips" };

/** The loader's advice to a program in `folder`: what to do, and in which folder. */
async function adviceIn(site, start, folder = site.folder) {
  const { stdout } = await site.run(...start, path.join(folder, PROGRAM));
  const { implementation } = JSON.parse(stdout);
  assert.equal(implementation.kind, "portable", "nothing is broken");
  const [, where, action] = /\nTo fix it(?:, in (.*?))?: (.*)$/.exec(implementation.reason);
  return { where, action };
}

/** Follows an advice: `delete <folder>, then <command>`. */
async function follow(site, action) {
  for (const step of action.split(/, (?:then )?/)) {
    const [command, ...args] = step.split(" ");
    if (command === "delete") rmSync(path.resolve(site.folder, ...args), { recursive: true });
    else await site.run(command, ...args);
  }
}

/** Truncates the binary. It is written as a new file, because the old one can be a link into a package manager's cache. */
async function cutOff(site, start) {
  const { stdout } = await site.run(...start, PROGRAM);
  const { binary } = JSON.parse(stdout).implementation;
  const begin = readFileSync(binary).subarray(0, 4096);
  rmSync(binary);
  writeFileSync(binary, begin);
}

/** The versions of the packages in `node_modules` of npm, by their paths. */
function packagesOf(site) {
  const text = readFileSync(path.join(site.folder, "node_modules/.package-lock.json"), "utf8");
  return Object.keys(JSON.parse(text).packages);
}

/**
 * One broken installation.
 *
 * @param {string} title
 * @param {{ start?: string[], install: (site: any) => unknown, damage: (site: any, start: string[]) => unknown, command: RegExp }} how
 *   `start` runs a program, `command` is the command that must be advised.
 */
const row = (title, { start = ["node"], install, damage, command }) => ({
  title: `Remedy, ${title}`,
  async run(site) {
    site.bring("report.cjs", PROGRAM);
    await install(site);
    await damage(site, start);
    const { where, action } = await adviceIn(site, start);
    assert.match(action, command);
    assert.equal(path.resolve(where), site.realFolder);
    const manifest = site.read("package.json");
    await follow(site, action);
    assert.equal(site.read("package.json"), manifest);
    await site.check(...start, PROGRAM);
  },
});

const npm = (site) => site.run("npm", "install", PACKAGE);
const platformOf = (site) => `${PACKAGE}-${site.target}`;
const removePlatform = (site) =>
  rmSync(path.join(site.folder, "node_modules", platformOf(site)), { recursive: true });

/** Takes the platform's package out of npm's lockfile, as npm up to 11.2 does on another system. */
function forget(site) {
  const lockfile = JSON.parse(site.read("package-lock.json"));
  delete lockfile.packages[`node_modules/${platformOf(site)}`];
  site.write("package-lock.json", lockfile);
}

const BUN = { install: (site) => site.run("bun", "add", PACKAGE) };
const reinstallForOther = (manager) => async (site) => {
  rmSync(path.join(site.folder, "node_modules"), { recursive: true });
  await site.run(manager, "install", `--os=${OTHER.os}`, `--cpu=${OTHER.cpu}`);
};
const PNPM = { install: (site) => site.run("pnpm", "add", PACKAGE) };
const YARN = {
  start: ["yarn", "node"],
  async install(site) {
    useYarn(site);
    await site.run("yarn", "add", PACKAGE);
  },
};
const DENO = {
  start: ["deno", "run", "--allow-read", "--allow-ffi"],
  install: (site) => site.run("deno", "add", "--minimum-dependency-age=0", `npm:${PACKAGE}`),
};

/** A standalone folder without the binary for its system. The advised command has to be run where the app was built. */
const standalone = {
  title: "Remedy, standalone folder",
  async run(site) {
    await installExample(site, { output: "standalone" });
    site.bring("report.cjs", PROGRAM);
    removePlatform(site);
    await buildApp(site.folder, site);
    const output = path.join(site.home, "output");
    const deploy = () => {
      rmSync(output, { recursive: true, force: true });
      renameSync(path.join(site.folder, "dist/standalone"), output);
      for (const file of ["report.cjs", PROGRAM, "expected.json"]) {
        cpSync(path.join(site.folder, file), path.join(output, file));
      }
    };
    deploy();
    const { where, action } = await adviceIn(site, ["node"], output);
    assert.equal(where, undefined);
    const [, command] = /^do not install in this folder.* run "(.*?)"/.exec(action);
    await follow(site, command);
    await buildApp(site.folder, site);
    deploy();
    await site.check("node", path.join(output, PROGRAM));
  },
};

/** The command for the other C library adds one package, and leaves the bundler's and all others as they are. */
const otherLibc = {
  title: "Remedy, npm, a binary for the other C library",
  async run(site) {
    await installExample(site);
    const before = packagesOf(site);
    const other = `${PACKAGE}-linux-x64-${site.target.endsWith("-musl") ? "gnu" : "musl"}`;
    await site.run("npm", "install", "--no-save", "--force", `${other}@${site.version}`);
    assert.deepEqual(
      packagesOf(site).filter((name) => !before.includes(name)),
      [`node_modules/${other}`],
    );
    assert.deepEqual(
      before.filter((name) => !packagesOf(site).includes(name)),
      [],
    );
    await buildApp(site.folder, site);
  },
};

/** @type {import("./rows.mjs").Row[]} */
export const remedies = [
  row("npm, package missing", {
    install: npm,
    damage: removePlatform,
    command: /^npm install --include=optional$/,
  }),
  row("npm, omit=optional", {
    install(site) {
      site.write(".npmrc", `${site.read(".npmrc")}omit=optional\n`);
      return npm(site);
    },
    damage() {},
    command: /^npm install --include=optional$/,
  }),
  row("npm, lockfile from another system", {
    install: npm,
    damage(site) {
      removePlatform(site);
      forget(site);
    },
    command: /^npm install --no-save --force vinext-cache-key-\S+@\S+$/,
  }),
  row("npm, binary cut off", {
    install: npm,
    damage: cutOff,
    command: /^delete \S+, then npm install --no-save /,
  }),
  row("pnpm, installed on another system", {
    ...PNPM,
    damage: reinstallForOther("pnpm"),
    command: /^pnpm install /,
  }),
  row("pnpm, optional: false", {
    async install(site) {
      await PNPM.install(site);
      site.write("pnpm-workspace.yaml", "optional: false\n");
      rmSync(path.join(site.folder, "node_modules"), { recursive: true });
      await site.run("pnpm", "install");
    },
    damage() {},
    command: /^pnpm install --config\.optional=true$/,
  }),
  row("pnpm, binary cut off", { ...PNPM, damage: cutOff, command: /^delete \S+, then pnpm install / }),
  row("Yarn, installed on another system", {
    ...YARN,
    async damage(site) {
      const settings = site.read(".yarnrc.yml");
      const architectures = { supportedArchitectures: { os: [OTHER.os], cpu: [OTHER.cpu] } };
      site.write(".yarnrc.yml", { ...JSON.parse(settings), ...architectures });
      await site.run("yarn", "install");
      site.write(".yarnrc.yml", settings);
    },
    command: /^yarn install$/,
  }),
  row("Yarn, binary cut off", {
    ...YARN,
    damage: cutOff,
    command: /^delete \.yarn\/unplugged, then yarn install$/,
  }),
  row("Bun, installed on another system", {
    ...BUN,
    damage: reinstallForOther("bun"),
    command: /^bun add --no-save /,
  }),
  row("Bun, optional = false", {
    async install(site) {
      site.write("bunfig.toml", "[install]\noptional = false\n");
      await BUN.install(site);
    },
    damage() {},
    command: /^bun add --no-save /,
  }),
  row("Bun, binary cut off", {
    ...BUN,
    damage: cutOff,
    command: /^bun pm cache rm, delete \S+, then bun add /,
  }),
  row("Deno, package missing", {
    ...DENO,
    damage(site) {
      const store = path.join(site.folder, "node_modules/.deno");
      const name = readdirSync(store).find((one) => one.startsWith(`${platformOf(site)}@`));
      rmSync(path.join(store, name), { recursive: true });
    },
    command: /^deno install$/,
  }),
  row("Deno, binary cut off", { ...DENO, damage: cutOff, command: /^deno install --reload$/ }),
  otherLibc,
  standalone,
];
