// Checks the rules of a release. Needs only Node and git, so that the workflow can run it before it builds anything.
//   node scripts/release/check.mjs
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { differing, version } from "./version.mjs";

const root = new URL("../../", import.meta.url);
const read = (file) => readFileSync(new URL(file, root), "utf8");

const uncommitted = () =>
  execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter(Boolean)
    .map((line) => line.slice(3));

/** The manifests whose `repository` npm would not accept as the origin of their provenance. */
function unclaimed({ GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server }) {
  const manifests = ["", ...readdirSync(new URL("npm", root)).map((platform) => `npm/${platform}/`)];
  return manifests
    .map((folder) => `${folder}package.json`)
    .filter((file) => {
      const url = JSON.parse(read(file)).repository?.url?.replace(/^git\+|\.git$/g, "");
      return repository ? url !== `${server}/${repository}` : url === undefined;
    });
}

/** The rules, and where each one is broken. */
export function rules(env = process.env) {
  const { GITHUB_REF_TYPE: kind, GITHUB_REF_NAME: ref } = env;
  const tag = kind === "tag" && ref !== `v${version}` ? [`the tag ${ref}`] : [];
  const untold = read("CHANGELOG.md").split("\n").includes(`## ${version}`) ? [] : [`## ${version}`];
  return [
    ["Everything is committed", uncommitted()],
    [`The version is ${version} everywhere`, [...differing(), ...tag]],
    ["CHANGELOG.md has an entry", untold],
    ["Each repository.url is where this is built, for npm's provenance", unclaimed(env)],
  ];
}

const SHOWN = 10;

/** Prints whether each rule is met, and returns whether all are. */
export function report(all) {
  for (const [rule, exceptions] of all) {
    const rest = exceptions.length > SHOWN ? ` and ${exceptions.length - SHOWN} more` : "";
    const but = exceptions.length > 0 ? `, except: ${exceptions.slice(0, SHOWN).join(", ")}${rest}` : "";
    console.log(`${but ? "✗" : "✓"} ${rule}${but}`);
  }
  return all.every(([, exceptions]) => exceptions.length === 0);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = report(rules()) ? 0 : 1;
}
