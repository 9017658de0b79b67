// `explain`, on fresh projects and on folders that are not projects. cli-explain.slow.test.mjs has the others.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";
import { run } from "./helpers/cli.mjs";
import { MANIFEST, explain, fits, fresh, node, unwrapped } from "./helpers/explain.mjs";
import { folder } from "./helpers/files.mjs";

test.serial("a fresh app", async (t) => {
  const { code, out, codes, json } = await explain(t, fresh(t));
  t.is(code, 0);
  t.deepEqual(codes, ["NO_IDENTITY", "NO_ENCRYPTION_KEY"]);
  t.is(json.project.vinext, "1.4.0");
  t.regex(out, /^configuration {2}no next\.config: no deploymentId$/m);
  t.regex(out, /^last build {5}none/m);
  t.regex(out, /^a build now {4}would be scoped by a random build ID$/m);
  t.regex(out, /^derived by {5}vinext itself: the Vite configuration has no vinextCacheKey\(\)$/m);
  t.is(out.match(/^ {2}Next: /gm).length, 2);
});

test.serial("an environment in a file of the project's", async (t) => {
  const root = fresh(t, {
    ".env.production": `NEXT_DEPLOYMENT_ID=v1\nNEXT_SERVER_ACTIONS_ENCRYPTION_KEY=secret-of-mine\n`,
  });
  const { out, codes, json } = await explain(t, root);
  t.deepEqual(codes, []);
  t.is(json.next.id, "v1");
  t.regex(out, /✓ Nothing here makes keys change/);
  t.false(JSON.stringify(json).includes("secret-of-mine"));
});

for (const [title, manifest, shown] of [
  ["null", "null", /is not a vinext project/],
  ["a list", "[]", /is not a vinext project/],
  ["a byte order mark", `\uFEFF${MANIFEST}`, /^project .*vinext 1\.4\.0$/m],
]) {
  test.serial(`a package.json that contains ${title}`, async (t) => {
    const { out, err } = await run(["explain", fresh(t, { "package.json": manifest })], { node });
    t.regex(`${out}${err}`, shown);
    t.notRegex(err, / at /);
  });
}

(process.platform === "win32" ? test.skip : test)("a package.json that is a pipe is not read", async (t) => {
  const root = folder(t, {});
  execFileSync("mkfifo", [join(root, "package.json")]);
  const { code, err } = await run(["explain", root], { node });
  t.is(code, 1);
  t.regex(err, /cannot read .*package\.json: it is not a file/);
});

for (const [title, files, message] of [
  ["an empty folder", {}, /Next: name the folder of the app/],
  ["another project", { "package.json": "{}" }, /Next: name the folder of the app/],
  [
    "a Next.js app",
    { "package.json": '{ "dependencies": { "next": "16" } }' },
    /Next: move the app to vinext/,
  ],
  ["a package.json that is not JSON", { "package.json": "{" }, /cannot read .*package\.json/],
]) {
  test(`not a project: ${title}`, async (t) => {
    const root = folder(t, files);
    const { code, out, err } = await run(["explain", root]);
    t.deepEqual([code, out], [1, ""]);
    t.regex(err, message);
    fits(t, err, root);
  });
}

test("no folder, and more than one", async (t) => {
  t.like(await run(["explain", "/nowhere"]), { code: 1, out: "" });
  t.like(await run(["explain", ".", "."]), { code: 2, out: "" });
});

(node === process.execPath ? test.skip : test)(
  "a Node too old for vinext still shows the build",
  async (t) => {
    const root = fresh(t, { "dist/server/BUILD_ID": "b1" });
    const { code, out } = await run(["explain", root]);
    t.is(code, 0);
    t.regex(unwrapped(out), /vinext needs Node 22\.13 or newer to load it; this is v\d+/);
    t.regex(out, /build ID "b1"/);
    fits(t, out, root);
  },
);
