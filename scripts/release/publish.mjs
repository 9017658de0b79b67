// Publishes the tarballs in a folder: first the platforms', then the main one, when the registry serves all others. Tarballs that the
// registry has already are skipped, so that a release that broke off can be continued. Needs only Node and npm, because the job with
// the right to publish installs no dependency.
//   node scripts/release/publish.mjs [--dry-run] [folder]   dist/ unless one is named
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const shell = process.platform === "win32";
/** How long the registry may take to serve a package that it has accepted. */
const PATIENCE = { tries: 30, pause: 10_000 };

/** @typedef {{ file: string, id: string, manifest: any, integrity: string }} Tarball */

/** @returns {Tarball} */
function read(file) {
  const manifest = JSON.parse(
    execFileSync("tar", ["-xzOf", file, "package/package.json"], { encoding: "utf8" }),
  );
  const integrity = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
  return { file, id: `${manifest.name}@${manifest.version}`, manifest, integrity };
}

/** The release in a folder: the main package, those of the platforms, and which platforms are missing. */
function release(folder) {
  const tarballs = readdirSync(folder)
    .filter((name) => name.endsWith(".tgz"))
    .map((name) => read(path.resolve(folder, name)));
  const main = tarballs.find(({ manifest }) => manifest.optionalDependencies);
  if (!main) throw new Error(`${folder} does not contain the main package. Pack it: npm run release:dry`);
  const wanted = Object.entries(main.manifest.optionalDependencies).map((entry) => entry.join("@"));
  const platforms = tarballs.filter((tarball) => tarball !== main);
  const stray = platforms.filter(({ id }) => !wanted.includes(id)).map(({ id }) => id);
  if (stray.length > 0) throw new Error(`${main.id} does not ask for ${stray.join(", ")}`);
  return { main, platforms, missing: wanted.filter((id) => !platforms.some((tarball) => tarball.id === id)) };
}

/** The integrity of this version on the registry, or `undefined` if it is not there. */
function published(id) {
  const args = ["view", id, "dist.integrity", "--json", "--prefer-online"];
  const { status, stdout } = spawnSync("npm", args, { encoding: "utf8", shell });
  const answer = stdout ? JSON.parse(stdout) : undefined;
  if (status === 0) return answer;
  if (answer?.error?.code !== "E404")
    throw new Error(`The registry does not say whether it has ${id}: ${answer?.error?.summary}`);
}

function upload({ file, id }, dryRun) {
  const dry = dryRun ? ["--dry-run", "--loglevel=error"] : [];
  // npm prints what it has published, and may ask for a one-time password.
  const stdout = dryRun ? "ignore" : "inherit";
  const { status } = spawnSync("npm", ["publish", file, "--access=public", ...dry], {
    stdio: ["inherit", stdout, "inherit"],
    shell,
  });
  if (status !== 0)
    throw new Error(`npm did not publish ${id}. Fix that, then run this again: it continues from there`);
  if (dryRun) console.log(`+ ${id}: would be published`);
}

/** @param {Tarball[]} tarballs */
async function served(tarballs) {
  let waiting = tarballs;
  for (let tried = 0; tried < PATIENCE.tries; tried += 1) {
    waiting = waiting.filter(({ id, integrity }) => published(id) !== integrity);
    if (waiting.length === 0) return;
    await setTimeout(PATIENCE.pause);
  }
  const ids = waiting.map(({ id }) => id).join(", ");
  throw new Error(`The registry does not serve ${ids} yet. Run this again later: it continues from there`);
}

/** @param {string} folder @param {{ dryRun?: boolean }} [options] */
export async function publish(folder, { dryRun = false } = {}) {
  const { main, platforms, missing } = release(folder);
  if (missing.length > 0 && !dryRun)
    throw new Error(`${main.id} asks for packages that are not in the folder: ${missing.join(", ")}`);

  const all = [...platforms, main];
  const there = new Map(all.map(({ id }) => [id, published(id)]));
  const other = all.filter(({ id, integrity }) => (there.get(id) ?? integrity) !== integrity);
  if (other.length > 0) {
    const ids = other.map(({ id }) => id).join(", ");
    throw new Error(
      `The registry has another ${ids}. Nothing more was published; a version cannot be replaced`,
    );
  }

  for (const tarball of all) {
    const { id } = tarball;
    if (there.get(id)) {
      console.log(`= ${id}: on the registry already`);
      continue;
    }
    if (tarball === main && !dryRun) await served(platforms);
    upload(tarball, dryRun);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const options = { "dry-run": { type: "boolean" } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [folder = "dist"] = positionals;
    await publish(folder, { dryRun: values["dry-run"] });
  } catch (error) {
    console.error(`✗ ${error.message}.`);
    process.exitCode = 1;
  }
}
