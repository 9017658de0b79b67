// The publishing of a release, on a registry of the test's own.
import test from "ava";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startEmptyRegistry } from "./helpers/registry.mjs";

const PUBLISH = fileURLToPath(new URL("../scripts/release/publish.mjs", import.meta.url));
const work = mkdtempSync(path.join(tmpdir(), "vinext-cache-key-publish-"));
let registry;

test.before("a registry", async () => {
  registry = await startEmptyRegistry();
});
test.after.always(() => {
  registry?.stop();
  rmSync(work, { recursive: true });
});

/** Packs a package into a folder. */
function pack(folder, manifest) {
  mkdirSync(path.join(folder, "package"), { recursive: true });
  writeFileSync(path.join(folder, "package", "package.json"), JSON.stringify(manifest));
  execFileSync("tar", ["-czf", `${manifest.name}.tgz`, "package"], { cwd: folder });
}

/** Packs a release into a folder: the package `name` and its two optional dependencies. */
function packRelease(name) {
  const folder = path.join(work, name);
  const platforms = [`${name}-x`, `${name}-y`];
  const optionalDependencies = Object.fromEntries(platforms.map((platform) => [platform, "1.0.0"]));
  pack(folder, { name, version: "1.0.0", optionalDependencies });
  for (const platform of platforms) pack(folder, { name: platform, version: "1.0.0" });
  return folder;
}

/** Runs a command to its end. The registry is in this process, so nothing may block it. */
const run = (command, ...args) =>
  new Promise((resolve) => {
    execFile(command, args, { env: registry.env }, (error, out, err) =>
      resolve({ code: error ? error.code : 0, out, err }),
    );
  });

/** Publishes a folder; returns the outcome, and the requests for its packages that the registry got meanwhile. */
async function publish(folder, ...options) {
  const name = path.basename(folder);
  const before = registry.requests.length;
  const outcome = await run(process.execPath, PUBLISH, ...options, folder);
  const asked = registry.requests.slice(before).filter((request) => request.split(" ")[1].startsWith(name));
  return { ...outcome, asked, uploads: asked.filter((request) => request.startsWith("PUT")) };
}

test("the platforms' packages are published first, the main one when they are served; a second run does nothing", async (t) => {
  const folder = packRelease("whole");
  const first = await publish(folder);
  t.is(first.code, 0, first.err);
  t.deepEqual(first.uploads, ["PUT whole-x", "PUT whole-y", "PUT whole"]);
  const between = first.asked.slice(first.asked.indexOf("PUT whole-y"), first.asked.indexOf("PUT whole"));
  t.true(between.includes("GET whole-x") && between.includes("GET whole-y"));
  const again = await publish(folder);
  t.is(again.code, 0, again.err);
  t.deepEqual(again.uploads, []);
});

test("a release that was interrupted is continued", async (t) => {
  const folder = packRelease("halfway");
  registry.refused.add("PUT halfway-y");
  const broken = await publish(folder);
  t.is(broken.code, 1);
  t.regex(broken.err, /npm did not publish halfway-y@1\.0\.0/);
  t.deepEqual(broken.uploads, ["PUT halfway-x", "PUT halfway-y"]);
  registry.refused.delete("PUT halfway-y");
  const resumed = await publish(folder);
  t.is(resumed.code, 0, resumed.err);
  t.regex(resumed.out, /halfway-x@1\.0\.0: on the registry already/);
  t.deepEqual(resumed.uploads, ["PUT halfway-y", "PUT halfway"]);
});

test("a platform that is missing on the registry is added", async (t) => {
  const folder = packRelease("gap");
  for (const name of ["gap", "gap-x"]) {
    t.is((await run("npm", "publish", path.join(folder, `${name}.tgz`))).code, 0);
  }
  const { code, err, uploads } = await publish(folder);
  t.is(code, 0, err);
  t.deepEqual(uploads, ["PUT gap-y"]);
});

test("nothing is published if the registry has other bytes under a version", async (t) => {
  const folder = packRelease("other");
  const elsewhere = path.join(work, "elsewhere");
  pack(elsewhere, { name: "other-y", version: "1.0.0", description: "another build" });
  t.is((await run("npm", "publish", path.join(elsewhere, "other-y.tgz"))).code, 0);
  const { code, err, uploads } = await publish(folder);
  t.is(code, 1);
  t.regex(err, /another other-y@1\.0\.0/);
  t.deepEqual(uploads, []);
});

test("a release without one of its platforms is not published", async (t) => {
  const folder = packRelease("lacking");
  rmSync(path.join(folder, "lacking-x.tgz"));
  const { code, err, asked } = await publish(folder);
  t.is(code, 1);
  t.regex(err, /not in the folder: lacking-x@1\.0\.0/);
  t.deepEqual(asked, []);
});

test("a dry run goes all the way, but uploads nothing", async (t) => {
  const folder = packRelease("dry");
  rmSync(path.join(folder, "dry-x.tgz"));
  const { code, out, err, uploads } = await publish(folder, "--dry-run");
  t.is(code, 0, err);
  t.is(out, "+ dry-y@1.0.0: would be published\n+ dry@1.0.0: would be published\n");
  t.deepEqual(uploads, []);
});

test("nothing is published if the registry does not answer", async (t) => {
  const folder = packRelease("silent");
  registry.refused.add("GET silent-y");
  const { code, err, uploads } = await publish(folder);
  t.is(code, 1);
  t.regex(err, /does not say whether it has silent-y@1\.0\.0/);
  t.deepEqual(uploads, []);
});
