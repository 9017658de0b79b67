// `stale` over keys of every family of vinext.
import test from "ava";
import fc from "fast-check";
import { buildUseCacheKey } from "../index.js";
import { run } from "./helpers/cli.mjs";
import { check, store } from "./helpers/family-lists.mjs";
import { pageKeys, sharedKeys, tags } from "./helpers/family-oracle.mjs";

const list = (...keys) => keys.map((key) => `${key}\n`).join("");
const use = (seed) => buildUseCacheKey("id", seed, "[]");
const pages = (build) => Object.values(pageKeys("/x", build));
const scoped = (deployment, build) => pages(build).map((key) => `deployment:${deployment}:${key}`);
const SHARED = [...(await sharedKeys()), ...tags(), "tag:x", "__tag:x"];

test("random stores: both implementations write the keys of deployments that are gone, and no others", (t) => {
  fc.assert(
    fc.property(store, (one) => check(t, one)),
    { numRuns: 2000 },
  );
});

for (const kind of ["native", "portable"]) {
  const stale = (args, ...keys) =>
    run(["stale", ...args], { input: list(...keys), env: { VINEXT_CACHE_KEY: kind } });

  test(`${kind}: --keep writes the pages of other deployments, and leaves those that only name a build`, async (t) => {
    const gone = [...scoped("v1", "b"), use("v1")];
    const { out, err } = await stale(
      ["--keep", "v2"],
      ...gone,
      ...scoped("v2", "b"),
      ...pages("b1"),
      ...SHARED,
    );
    t.is(out, list(...gone));
    t.regex(err, /10 +b1 \(pages of a build\) +left alone\n/);
    t.regex(err, /2 +\(shared by all deployments\) +left alone\n/);
  });

  test(`${kind}: --keep-build writes the pages of other builds that name no deployment`, async (t) => {
    const args = ["--keep-build", "b 2/é:1", "--keep-build", "b3"];
    const kept = [use("v1"), ...scoped("v1", "b1"), ...pages("b 2/é:1"), ...pages("b3")];
    const { out } = await stale(args, ...kept, ...pages("b1"), ...SHARED);
    t.is(out, list(...pages("b1")));
  });

  test(`${kind}: an ambiguous build is never stale`, async (t) => {
    const [ambiguous, certain] = ["/to/https:/x", "/x"].map((path) => pageKeys(path, "b1").html);
    const { out, err } = await stale(["--keep-build", "b2"], ambiguous, certain, pageKeys("/x", "b2").html);
    t.is(out, list(certain));
    t.regex(err, /1 +\(not certain whose\) +left alone\n/);
  });

  test(`${kind}: a misspelt build writes nothing`, async (t) => {
    const args = ["--keep", "v2", "--keep-build", "B2"];
    const input = [use("v2"), use("v1"), ...pages("b1"), ...pages("b2")];
    const { code, out, err } = await stale(args, ...input);
    t.deepEqual([code, out], [1, ""]);
    t.regex(err, /0 +B2 \(pages of a build\) +kept, not seen\n[^]*no key of the build "B2" was read/);
    const allowed = await stale([...args, "--allow-unseen"], ...input);
    t.deepEqual([allowed.code, allowed.out], [0, list(use("v1"), ...pages("b1"), ...pages("b2"))]);
  });

  test(`${kind}: a page of a deployment shows that its build's name is right`, async (t) => {
    const { code, out } = await stale(
      ["--keep", "v2", "--keep-build", "b2"],
      ...scoped("v2", "b2"),
      ...pages("b1"),
    );
    t.deepEqual([code, out], [0, list(...pages("b1"))]);
  });
}

for (const args of [["--keep-build="], ["--keep", "v1", "--keep-build="]]) {
  test(`wrong usage: ${args.join(" ")}`, async (t) => {
    const { code, out, err } = await run(["stale", ...args], { input: list(...pages("b1")) });
    t.deepEqual([code, out], [2, ""]);
    t.regex(err, /no deployment or build has the name ""/);
  });
}
