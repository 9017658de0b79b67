// Makes the tarballs that would be published: one for each platform whose binary is in npm/<platform>/, then the main package.
//   npm run pack [-- --out folder] [-- --json]
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (folder) => JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
const write = (folder, manifest) =>
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

const NAME = "vinext-cache-key";
export const PLATFORMS = Object.keys(read(ROOT).optionalDependencies).map((name) =>
  name.slice(NAME.length + 1),
);

export const binaryOf = (platform, npm = path.join(ROOT, "npm")) =>
  path.join(npm, platform, `${NAME}.${platform}.node`);

/** The platforms whose binary is built. */
export const built = () => PLATFORMS.filter((platform) => existsSync(binaryOf(platform)));

/** Fields of package.json that are not published. */
const REPOSITORY_ONLY = ["workspaces", "scripts", "devDependencies", "napi", "ava"];

/** The manifest for users. It asks for each platform's package by its exact version. */
function published(manifest) {
  const { version, optionalDependencies } = manifest;
  const exact = Object.keys(optionalDependencies).map((name) => [name, version]);
  const kept = Object.entries(manifest).filter(([field]) => !REPOSITORY_ONLY.includes(field));
  return { ...Object.fromEntries(kept), optionalDependencies: Object.fromEntries(exact) };
}

function stagePackage(folder) {
  const manifest = read(ROOT);
  for (const file of [...manifest.files, "README.md", "LICENSE"]) {
    cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  }
  write(folder, published(manifest));
}

function stagePlatform(folder, platform, npm) {
  const binary = binaryOf(platform, npm);
  if (!existsSync(binary)) {
    throw new Error(`There is no binary for ${platform}. Build it: npm run prebuild -- ${platform}`);
  }
  for (const file of ["package.json", "README.md"]) {
    cpSync(path.join(ROOT, "npm", platform, file), path.join(folder, file));
  }
  cpSync(path.join(ROOT, "LICENSE"), path.join(folder, "LICENSE"));
  cpSync(binary, path.join(folder, path.basename(binary)));
}

/**
 * @typedef {{ name: string, version: string, path: string, size: number, files: string[] }} Tarball
 *
 * Packs into the folder `out` these platforms' packages, then the main one: the order in which they are to be published.
 *
 * @param {string} out
 * @param {string[]} [platforms]
 * @param {string} [npm] The folder with the binaries, laid out like npm/.
 * @returns {Tarball[]}
 */
export function pack(out, platforms = built(), npm) {
  mkdirSync(out, { recursive: true });
  const stage = mkdtempSync(path.join(tmpdir(), "vinext-cache-key-pack-"));
  try {
    for (const platform of platforms) stagePlatform(path.join(stage, platform), platform, npm);
    stagePackage(path.join(stage, NAME));
    const folders = [...platforms, NAME].map((folder) => `./${folder}`);
    const args = ["pack", ...folders, "--json", "--ignore-scripts", "--pack-destination", path.resolve(out)];
    const options = { cwd: stage, encoding: "utf8", shell: process.platform === "win32" };
    return JSON.parse(execFileSync("npm", args, options)).map(({ name, version, filename, size, files }) => ({
      name,
      version,
      path: path.join(path.resolve(out), filename),
      size,
      files: files.map((file) => file.path).sort(),
    }));
  } finally {
    rmSync(stage, { recursive: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { out: { type: "string" }, json: { type: "boolean" } } });
  const tarballs = pack(values.out ?? path.join(ROOT, "dist"));
  if (values.json) console.log(JSON.stringify(tarballs, null, 2));
  else {
    for (const { path: tarball, size } of tarballs)
      console.log(`${path.relative("", tarball)}  ${Math.ceil(size / 1024)} KB`);
    const missing = PLATFORMS.filter((platform) => !built().includes(platform));
    if (missing.length > 0) console.log(`Not built, so not packed: ${missing.join(", ")}`);
  }
}
