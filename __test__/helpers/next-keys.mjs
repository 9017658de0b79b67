// Keys of Next.js, recorded and mutated, and the filter of stale keys over them.
import { readFileSync } from "node:fs";
import { implementation } from "../../index.js";
import { openFilter } from "../../js/cli/filter.mjs";
import { isBefore } from "../next-keys/versions.mjs";

const releases = JSON.parse(readFileSync(new URL("../next-keys.json", import.meta.url), "utf8"));

/** What a run's keys say about the server that made them. */
function claimOf(release, name, { buildId, deploymentId }) {
  if (name === "durable") return { family: "next-durable" };
  if (name.startsWith("development")) return { family: "next-development" };
  if (!deploymentId || isBefore(release, "16.2.0")) return { family: "next", deployment: buildId };
  // There, keys have the build ID, and every build with a deployment ID has the same one.
  if (isBefore(release, "16.2.5")) return { family: "next-shared" };
  return { family: "next", deployment: deploymentId };
}

/**
 * Every recorded key in the form of a store, in which each lone surrogate is U+FFFD, and the facts about its server.
 *
 * @type {{ release: string, name: string, call: string, key: string, family: string, deployment: string | undefined }[]}
 */
export const recorded = Object.entries(releases).flatMap(([release, runs]) =>
  Object.entries(runs).flatMap(([name, run]) =>
    run.keys.map(([call, key]) => ({
      release,
      name,
      call,
      key: key.toWellFormed(),
      deployment: undefined,
      ...claimOf(release, name, run),
    })),
  ),
);

const defaults = { nul: true, stripPrefix: [], unscoped: false, foreign: false };

/** The filter of each engine, for deployments to keep. */
export const engines = [
  ["native", implementation.binary],
  ["portable", ""],
].map(([name, binary]) => [
  name,
  (deployments, options) =>
    openFilter({ deployments, builds: [], certainBuilds: [] }, { ...defaults, ...options }, binary),
]);

/** What a filter counts one key as, by the names of `Seen`, and whether the key is stale. */
export function judge(open, keep, key, options = {}) {
  const filter = open(keep, { next: true, ...options });
  const stale = filter.isStale(Buffer.from(key));
  const { deployments, builds, ...others } = filter.seen();
  const counted = deployments.some(({ kept, keys }) => kept && keys > 0) ? { kept: 1 } : {};
  const named = Object.entries(others).filter(([, keys]) => keys > 0);
  return {
    ...counted,
    ...(stale && { stale: 1 }),
    ...Object.fromEntries(named),
    ...(builds.length > 0 && { builds }),
  };
}

const ID = "c08e143957a96ba51f513ef95030c3af367c5c7460";

/** A key by the JSON of its deployment and of its arguments, in either order of the parts. */
export const keyOf = (deployment, args, order) =>
  order === "old" ? `[${deployment},"${ID}",${args}]` : `["${ID}",${args},[${deployment}]]`;

/** As Redis's `sdscatrepr` prints a key. */
export function quoted(key) {
  const letters = {
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\x07": "\\a",
    "\b": "\\b",
    '"': '\\"',
    "\\": "\\\\",
  };
  const text = Buffer.from(key)
    .toString("latin1")
    .replaceAll(
      /[^ !#-[\]-~]/g,
      (byte) => letters[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
  return `"${text}"`;
}

/** Numbers that look random and are the same in every run. */
function numbers(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const PIECES = [
  ...'[]{}",:\\$B0123456789abcdef \n\0é😀',
  '"]]',
  '["v0"]',
  '],["v0"]]',
  '"v0",',
  "1:0",
  "1:11:1",
  "00",
  '[["lang","en"]]',
  "0".repeat(64),
];

/**
 * Keys that are recorded ones with one to three edits each, none of which touches the text of the deployment.
 *
 * @param {typeof recorded} from
 * @param {number} count
 */
export function* mutated(from, count) {
  const below = numbers(42);
  const pick = (list) => list[below(list.length)];
  const parts = from.map(({ key, deployment = "" }) => {
    const name = deployment && JSON.stringify(deployment.replace(/^\$/, "$$$$"));
    const start = key.lastIndexOf(name);
    return [key.slice(0, start), name, key.slice(start + name.length)];
  });
  const small = [
    (text, at) => text.slice(0, at) + pick(PIECES) + text.slice(at + 1),
    (text, at) => text.slice(0, at) + pick(PIECES) + text.slice(at),
    (text, at) => text.slice(0, at) + text.slice(at + 1 + below(8)),
    (text, at) => text.slice(0, at) + text.slice(below(at + 1), at + below(20)) + text.slice(at),
  ];
  const large = [
    (text, at) => text.slice(0, at),
    (text, at) => text.slice(at),
    (text, at, other) => text.slice(0, at) + other.slice(below(other.length + 1)),
  ];
  for (let made = 0; made < count; made += 1) {
    const [before, name, after] = pick(parts);
    const sides = [before, after];
    for (let edits = 1 + below(3); edits > 0; edits -= 1) {
      const side = below(2);
      sides[side] = pick(below(8) > 0 ? small : large)(
        sides[side],
        below(sides[side].length + 1),
        pick(parts)[side * 2],
      );
    }
    yield sides.join(name);
  }
}

/** The deployment of a whole key, read by `JSON.parse` and not by the parser. Throws for other text. */
export function ownerOf(key) {
  const json = key.startsWith("[") ? leadingArray(key) : jsonField(key);
  const call = JSON.parse(json);
  return (typeof call[1] === "string" ? call[0] : call[2][0]).replace(/^\$\$/, "$");
}

function leadingArray(text) {
  for (let end = text.indexOf("]"); end >= 0; end = text.indexOf("]", end + 1)) {
    try {
      JSON.parse(text.slice(0, end + 1));
      return text.slice(0, end + 1);
    } catch {
      // It ends at a later bracket.
    }
  }
  throw new Error("no JSON");
}

function jsonField(form) {
  let rest = form;
  const take = () => {
    const colon = rest.indexOf(":");
    const length = Number.parseInt(rest.slice(0, colon), 16);
    const text = rest.slice(colon + 1, colon + 1 + length);
    rest = rest.slice(colon + 1 + length);
    return text;
  };
  for (;;) {
    const name = take();
    if (!rest.startsWith("B")) {
      const text = take();
      if (name === "0") return text;
      continue;
    }
    rest = rest.slice(1);
    take();
    take();
    const colon = rest.indexOf(":");
    rest = rest.slice(colon + 1 + Math.ceil(Number.parseInt(rest.slice(0, colon), 16) / 2));
  }
}
