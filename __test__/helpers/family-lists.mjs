// Lists of keys of every family with known owners, to test the filter of stale keys.
import fc from "fast-check";
import { implementation } from "../../index.js";
import { openFilter } from "../../js/cli/filter.mjs";
import { pageKeys, sharedKeys, tags, useCacheKey } from "./family-oracle.mjs";

const DEPLOYMENTS = ["v1", "v2", "a-B_3", "b1"];
const BUILDS = [
  "b1",
  "b2",
  "b:1",
  "b1:/x",
  "a:/b",
  "é 1/2",
  "v1",
  "/b",
  `__hash:${"0".repeat(64)}`,
  ":",
  "b\ufffd",
  "b\ud800",
];
const PATHS = [
  "/",
  "/x",
  "/x/",
  "/a:/b",
  "/x:html",
  "/x:rsc:/y",
  "/é\n",
  "/x::i18n=en",
  `/${"long".repeat(60)}`,
];
const OTHERS = [
  "",
  "session:1",
  "app:v3:b1:/x:html",
  "app:v2:b1:/x",
  "deployment:v1:lock",
  "pages:v2:b1",
  "tag:x",
  "__tag:/x",
];
const SHARED = [...(await sharedKeys()), ...tags().filter((tag) => tag.startsWith("_N_T_"))];

/** A key without `:/` and `__hash:` can be read in one way only. */
const isPlain = (text) => !/:\/|__hash:|\ufffd|\ud800/.test(text) && !text.startsWith("/");

/** A key in a store, the owner that it names, and whether that is certain. */
const entry = fc.oneof(
  fc
    .record({ seed: fc.constantFrom(...DEPLOYMENTS, ...BUILDS.filter((id) => id.isWellFormed())) })
    .map(({ seed }) => ({
      key: useCacheKey(seed),
      deployment: seed,
      certain: true,
    })),
  fc
    .record({
      deployment: fc.option(fc.constantFrom(...DEPLOYMENTS), { nil: undefined }),
      build: fc.option(fc.constantFrom(...BUILDS), { nil: undefined }),
      path: fc.constantFrom(...PATHS),
      slots: fc.constantFrom(undefined, "slot:a:/ slot:b:/"),
      kind: fc.nat(9),
    })
    .map(({ deployment, build, path, slots, kind }) => {
      const own = Object.values(pageKeys(path, build, { slots, source: slots && "/from" }))[kind];
      const key = deployment === undefined ? own : `deployment:${deployment}:${own}`;
      const certain =
        deployment !== undefined || (build !== undefined && isPlain(build) && !path.includes(":/"));
      return { key, deployment, build: deployment === undefined ? build : undefined, certain };
    }),
  fc.constantFrom(useCacheKey(), ...OTHERS, ...SHARED).map((key) => ({ key, certain: false })),
);

const some = (names) => fc.subarray(names, { maxLength: 2 });
const wellFormed = BUILDS.filter((id) => id.isWellFormed());

/** A store, the owners to keep, and the options of the filter. */
export const store = fc.record({
  entries: fc.array(entry, { maxLength: 16 }),
  keep: fc
    .record({ deployments: some(DEPLOYMENTS), builds: some(wellFormed), certainBuilds: some(wellFormed) })
    .filter((keep) => Object.values(keep).flat().length > 0),
  prefix: fc.constantFrom("", "cache:", "é:"),
  foreign: fc.boolean(),
  chunk: fc.integer({ min: 1, max: 300 }),
});

/** Filters the store's keys with one implementation. */
function filtered({ entries, keep, prefix, foreign, chunk }, binary) {
  const options = { nul: true, stripPrefix: [prefix], unscoped: false, foreign: foreign && prefix !== "" };
  const filter = openFilter(keep, options, binary);
  const bytes = Buffer.from(entries.map(({ key }) => `${prefix}${key}\0`).join(""));
  const blocks = [];
  for (let start = 0; start < bytes.length; start += chunk) {
    blocks.push(Buffer.from(filter.push(bytes.subarray(start, start + chunk))));
  }
  blocks.push(filter.finish());
  const { deployments, builds, ...others } = filter.seen();
  const sorted = (owners, name) => [...owners].sort((a, b) => (a[name] < b[name] ? -1 : 1));
  return {
    written: Buffer.concat(blocks).toString(),
    unseen: filter.unseen(),
    seen: { deployments: sorted(deployments, "seed"), builds: sorted(builds, "buildId"), ...others },
  };
}

/** Whether a deployment or build to keep may read the entry. */
function isLive({ deployment, build }, { deployments, builds, certainBuilds }) {
  if (deployment !== undefined)
    return deployments.length === 0 || [...deployments, ...builds].includes(deployment);
  if (build === undefined || builds.length + certainBuilds.length === 0) return true;
  return !build.isWellFormed() || [...deployments, ...builds, ...certainBuilds].includes(build);
}

/** Checks that both implementations write every key whose owner is certainly gone, and no key that may still be read. */
export function check(t, store) {
  const [native, portable] = [implementation.binary, ""].map((binary) => filtered(store, binary));
  t.deepEqual(portable, native);
  const physical = (entries) => entries.map(({ key }) => store.prefix + key.toWellFormed());
  const live = new Set(physical(store.entries.filter((entry) => isLive(entry, store.keep))));
  const gone = physical(store.entries.filter((entry) => entry.certain && !isLive(entry, store.keep)));
  const foreign = new Set(["", "session:1"].map((key) => store.prefix + key));
  const written = native.written.split("\0").slice(0, -1);
  t.deepEqual(
    written.filter((key) => live.has(key) && !foreign.has(key)),
    [],
  );
  t.deepEqual(
    written.filter((key) => gone.includes(key)),
    gone,
  );
}
