// Reads and sets the version, which many files contain.
//   npm run set-version -- 1.2.3   or major, minor, patch: sets it everywhere, and neither commits nor tags
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const root = new URL("../../", import.meta.url);
const read = (file) => readFileSync(new URL(file, root), "utf8");

const OF_MANIFEST = /^( {2}"version": ")(.+)(?=")/gm;
const OF_CRATE = /(name = "vinext-cache-key"\nversion = ")(.+)(?=")/g;
/** Every file that contains the version, and a pattern for it. */
const PLACES = [
  ["package.json", OF_MANIFEST],
  ["package-lock.json", /("name": "vinext-cache-key[\w-]*",\s+"version": ")(.+)(?=")/g],
  ["index.js", /^(const version = ")(.+)(?=")/gm],
  ["Cargo.toml", /^(version = ")(.+)(?=")/gm],
  ["Cargo.lock", OF_CRATE],
  ["fuzz/Cargo.lock", OF_CRATE],
  ["docs/troubleshooting.md", /(vinext-cache-key-[\w-]+@)([\w.-]+)/g],
  ["docs/plugin.md", /^( {2}"package": ")(.+)(?=")/gm],
  ...readdirSync(new URL("npm", root)).map((platform) => [`npm/${platform}/package.json`, OF_MANIFEST]),
];

const manifestVersion = () => JSON.parse(read("package.json")).version;

export const version = manifestVersion();

/** The files that do not have package.json's version. */
export const differing = () =>
  PLACES.filter(([file, place]) => {
    const found = [...read(file).matchAll(place)].map(([, , there]) => there);
    return found.length === 0 || found.some((there) => there !== version);
  }).map(([file]) => file);

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , wanted] = process.argv;
  if (!wanted) {
    console.error("Which version? npm run set-version -- 1.2.3, or major, minor, patch");
    process.exit(2);
  }
  const args = ["version", wanted, "--no-git-tag-version", "--ignore-scripts"];
  const { status } = spawnSync("npm", args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(1);
  const next = manifestVersion();
  for (const [file, place] of PLACES) {
    writeFileSync(
      new URL(file, root),
      read(file).replace(place, (_, before) => before + next),
    );
  }
}
