// Compares `parseCacheKey` with vinext's own functions, which make the keys.
import test from "ava";
import fc from "fast-check";
import { MODES, pageKeys, sharedKeys, tags, useCacheKey } from "./helpers/family-oracle.mjs";
import { implementations } from "./helpers/implementations.mjs";
import { share } from "./helpers/share.mjs";

const CASES = share(3000);
const SHARED = await sharedKeys();
const HEX = /^[0-9a-f]{64}$/;
const HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const DIGEST = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
const LONG = `/${"long/".repeat(50)}end`;

/** Build IDs and paths without `:/`, so that only one place in a key can be the border between them. */
const plain = fc
  .string({
    unit: fc.constantFrom(..."ab:é /%[]\n", "😀", "html", "__hash"),
    minLength: 1,
    maxLength: 12,
  })
  .filter((text) => !text.includes(":/"));
const plainBuild = plain.filter((id) => !id.startsWith("/"));
const path = fc
  .oneof(
    plain.map((text) => `/${text}`),
    fc.constantFrom("/", LONG),
  )
  .filter((text) => !text.includes(":/"));
const anyBuild = fc.oneof(plainBuild, fc.constantFrom("a:/b", "/b", `b:__hash:${"0".repeat(64)}`, undefined));
const anyPath = fc.oneof(path, fc.constantFrom("/to/https:/x", "/a:/b:/c", `/x:__hash:${"0".repeat(64)}`));
const variants = fc.record({
  slots: fc.constantFrom(undefined, "slot:a:/ slot:b:/"),
  source: fc.constantFrom(undefined, "/from"),
  selector: fc.constantFrom(undefined, "edge"),
  locale: fc.constantFrom("locale:en", '["example.com","fr"]'),
});

/** Builds the key that has these parts. */
function rebuilt({
  family,
  deploymentId,
  buildId,
  path,
  pathDigest,
  buildAndPath,
  artifact,
  variant,
  digest,
  tag,
}) {
  const version = { app: "app:v2", "app-fallback-shell": "app-fallback-shell:v1", pages: "pages:v2" }[family];
  const page =
    buildAndPath ?? [buildId, path ?? `__hash:${pathDigest}`].filter((part) => part !== undefined).join(":");
  const suffix = family === "pages" ? variant && `::i18n=${variant}` : variant && `:${variant}`;
  const scope = deploymentId === undefined ? "" : `deployment:${deploymentId}:`;
  if (version) return `${scope}${version}:${page}${artifact ? `:${artifact}` : ""}${suffix ?? ""}`;
  if (family === "shortened") return `${scope}sha256:${digest}`;
  return tag ?? (family === "fetch" ? digest : `${family}:v2:${digest}`);
}

for (const [name, api] of implementations) {
  const { parseCacheKey } = api;

  test(`${name}: the parser returns the parts from which vinext made a page key`, (t) => {
    fc.assert(
      fc.property(
        plainBuild,
        path,
        variants,
        fc.constantFrom(undefined, "v-1_Z"),
        (build, path, options, scope) => {
          for (const [kind, own] of Object.entries(pageKeys(path, build, options))) {
            const parts = parseCacheKey(scope === undefined ? own : `deployment:${scope}:${own}`);
            t.deepEqual([parts.ambiguous, parts.deploymentId, parts.buildId], [false, scope, build], own);
            t.is(rebuilt(parts), scope === undefined ? own : `deployment:${scope}:${own}`);
            const normalized = path === "/" ? path : path.replace(/\/$/, "");
            if (parts.pathDigest === undefined && !kind.match(/pages|localized/))
              t.is(parts.path, normalized);
            if (path === LONG) t.regex(parts.pathDigest, HEX);
          }
        },
      ),
      { numRuns: CASES },
    );
  });

  test(`${name}: the certain parts are right for any build ID and path`, (t) => {
    let certain = 0;
    fc.assert(
      fc.property(anyBuild, anyPath, variants, (build, path, options) => {
        for (const key of Object.values(pageKeys(path, build, options))) {
          const parts = parseCacheKey(key);
          t.is(rebuilt(parts), key);
          if (parts.ambiguous) {
            t.true(key.includes(parts.buildAndPath));
            t.deepEqual([parts.buildId, parts.path], [undefined, undefined]);
          } else {
            certain += 1;
            t.is(parts.buildId, build, key);
          }
        }
      }),
      { numRuns: CASES },
    );
    t.true(certain > CASES);
  });

  test(`${name}: every kind of page key`, (t) => {
    const keys = pageKeys("/a/", "b", { slots: "slot:a:/", source: "/from", selector: "edge" });
    const found = Object.fromEntries(Object.entries(keys).map(([kind, key]) => [kind, parseCacheKey(key)]));
    const parts = { ambiguous: false, buildId: "b", path: "/a" };
    const { "rsc prefetch-empty": slots } = pageKeys("/a", "b", { slots: "slot:a:/" });
    t.like(parseCacheKey(slots), { ...parts, artifact: "rsc" });
    t.regex(parseCacheKey(slots).variant, /^slots:.{64}:prefetch-empty$/);
    t.deepEqual(found.html, { family: "app", ...parts, artifact: "html" });
    t.deepEqual(found.route, { family: "app", ...parts, artifact: "route", variant: "trailing-slash" });
    t.deepEqual(found.shell, { family: "app-fallback-shell", ...parts, artifact: "html" });
    t.deepEqual(found.shellRsc, { family: "app-fallback-shell", ...parts, artifact: "rsc" });
    t.deepEqual(found.pages, { family: "pages", ...parts });
    t.deepEqual(found.localized, { family: "pages", ...parts, variant: "locale%3Aen" });
    for (const mode of MODES) {
      // Three digests make the key so long that vinext hashes the path.
      const { variant, pathDigest, ...rest } = found[`rsc ${mode}`];
      t.deepEqual(rest, { family: "app", ambiguous: false, buildId: "b", artifact: "rsc" });
      t.regex(pathDigest, HEX);
      const suffix = mode === "navigation" ? "" : `:${mode}`;
      t.regex(variant, new RegExp(`^source:.{64}:selector:.{64}:slots:.{64}${suffix}$`));
    }
  });

  test(`${name}: the other families`, (t) => {
    const [unstable, fetched] = SHARED.map(parseCacheKey);
    t.like(unstable, { family: "unstable_cache", ambiguous: false });
    t.like(fetched, { family: "fetch", ambiguous: false });
    for (const { digest } of [unstable, fetched]) t.regex(digest, HEX);
    const key = useCacheKey("v 1");
    t.deepEqual(parseCacheKey(key), { family: "use-cache", ambiguous: false, ...api.parseUseCacheKey(key) });
    for (const tag of tags().filter((tag) => tag.startsWith("_N_T_"))) {
      for (const mark of ["", "tag:", "__tag:"]) {
        t.deepEqual(parseCacheKey(mark + tag), { family: "tag", ambiguous: false, tag });
      }
    }
    t.deepEqual(parseCacheKey(`sha256:${DIGEST}`), { family: "shortened", ambiguous: false, digest: DIGEST });
    // Calls of a function of this name.
    for (const args of ["[]", `${DIGEST}:root-params:[]`]) {
      t.like(parseCacheKey(`use-cache:sha256:${args}`), { family: "use-cache", id: "sha256" });
    }
    t.like(parseCacheKey(`deployment:v1:sha256:${DIGEST}`), {
      family: "shortened",
      deploymentId: "v1",
      digest: DIGEST,
    });
  });

  test(`${name}: text that is not a key`, (t) => {
    for (const text of [
      "",
      "session:1",
      "app:v2:b:/x",
      "app:v3:b:/x:html",
      "pages:v2:b",
      "deployment:v1:lock",
      "cache:tag:x",
      "x_N_T_/a",
      "xapp:v2:b:/x:html",
      "app:v2:b:/x:htmlx",
      "xpages:v2:b:/x",
      "pages:v2:bx/x",
      "xdeployment:v1:app:v2:b:/x:html",
      `x${HASH}`,
      `${HASH}0`,
      `xunstable_cache:v2:${HASH}`,
      `unstable_cache:v2:${HASH}0`,
      `xsha256:${DIGEST}`,
      `sha256:${DIGEST}x`,
      `app:v2:b:__hash:${HASH}0:html`,
      `app:v2:bx__hash:${HASH}:html`,
      `app:v2:x__hash:${HASH}:html`,
    ]) {
      t.is(parseCacheKey(text), null, text);
    }
    // A build ID that looks like a scope.
    t.like(parseCacheKey("app:v2:deployment:v1:/x:html"), {
      deploymentId: undefined,
      buildId: "deployment:v1",
      path: "/x",
    });
    for (const value of [undefined, null, 1, {}]) {
      t.throws(() => parseCacheKey(value), {
        code: "ERR_INVALID_ARG_TYPE",
        message: /"key" argument must be a string/,
      });
    }
  });
}
