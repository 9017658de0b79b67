// Parses a key of any family, like `src/cache_key/page.rs` and `src/cache_key/family.rs`, which document the grammar.
import { parseUseCacheKey } from "./parse.mjs";

/** @typedef {import("../../index.d.ts").PageKeyParts} PageKeyParts */

const SCOPE = /^deployment:([\w-]+):/;
const FAMILY = /^(?:(app):v2|(app-fallback-shell):v1|(pages):v2):/;
const SHA256 = "[0-9a-f]{64}";
const VARIANT = `(?::source:${SHA256})?(?::selector:${SHA256})?(?::slots:${SHA256})?(?::prefetch-(?:empty|dynamic-shell|loading-shell))?`;
const ARTIFACT = new RegExp(`:(?:(html)|(route)(:trailing-slash)?|(rsc)(${VARIANT}))$`);
const PATH = new RegExp(`^(?:/|__hash:${SHA256}$)`);
const BORDER = new RegExp(`:(?=/|__hash:${SHA256}$)`, "g");
const LOCALE_MARK = "::i18n=";
const DIGEST = /^sha256:([\w-]{43})$/;
const SHARED = new RegExp(`^(unstable_cache:v2:)?(${SHA256})$`);
const TAG = /^(?:((?:__)?tag:)|_N_T_)([^]*)$/;

/** @param {string} key @returns {import("../../index.d.ts").CacheKeyParts | null} */
export function parseCacheKey(key) {
  const call = parseUseCacheKey(key);
  if (call) return shortenedCall(call) ?? { family: "use-cache", ambiguous: false, ...call };
  return parsePageKey(key) ?? parseShortenedKey(key) ?? parseSharedKey(key) ?? parseTagKey(key);
}

/** @param {string} key @returns {PageKeyParts | null} */
export function parsePageKey(key) {
  const { deploymentId, own } = splitDeploymentId(key);
  const head = FAMILY.exec(own);
  if (!head) return null;
  const family = /** @type {"app" | "app-fallback-shell" | "pages"} */ (head[1] ?? head[2] ?? head[3]);
  const rest = own.slice(head[0].length);
  if (family === "pages") {
    const page = parsePage(rest);
    return page && { family, ambiguous: isAmbiguous(page), deploymentId, ...splitLocale(page) };
  }
  const tail = ARTIFACT.exec(rest);
  const page = tail && parsePage(rest.slice(0, tail.index));
  if (!page) return null;
  const [, html, route, slash, rsc, variant] = tail;
  const artifact = /** @type {PageKeyParts["artifact"]} */ (html ?? route ?? rsc);
  return {
    family,
    ambiguous: isAmbiguous(page),
    deploymentId,
    ...page,
    artifact,
    variant: (slash ?? variant)?.slice(1) || undefined,
  };
}

/**
 * A shortened "use cache" key. The parser takes it for a call of a function `sha256`, which no module has.
 *
 * @param {import("../../index.d.ts").UseCacheKeyParts} call
 * @returns {import("../../index.d.ts").ShortenedKeyParts | undefined}
 */
function shortenedCall({ id, keySeed, argsKey, argsForm, rootParams }) {
  if (id !== "sha256" || argsKey === undefined || argsForm !== "digest" || rootParams) return;
  return { family: "shortened", ambiguous: false, keySeed, digest: argsKey };
}

/** A key that `storageKey` has shortened, and that is not a "use cache" key. @param {string} key @returns {import("../../index.d.ts").ShortenedKeyParts | null} */
export function parseShortenedKey(key) {
  const { deploymentId, own } = splitDeploymentId(key);
  const digest = DIGEST.exec(own)?.[1];
  return digest === undefined ? null : { family: "shortened", ambiguous: false, deploymentId, digest };
}

/** A key of an entry that all deployments share. @param {string} key @returns {import("../../index.d.ts").SharedKeyParts | null} */
export function parseSharedKey(key) {
  const [, mark, digest] = SHARED.exec(key) ?? [];
  return digest ? { family: mark ? "unstable_cache" : "fetch", ambiguous: false, digest } : null;
}

/** @param {string} key @returns {import("../../index.d.ts").TagKeyParts | null} */
function parseTagKey(key) {
  const [, mark, tag] = TAG.exec(key) ?? [];
  return tag === undefined ? null : { family: "tag", ambiguous: false, tag: mark === undefined ? key : tag };
}

/** @param {string} key @returns {{ deploymentId?: string, own: string }} */
export function splitDeploymentId(key) {
  const scope = SCOPE.exec(key);
  return scope ? { deploymentId: scope[1], own: key.slice(scope[0].length) } : { own: key };
}

/**
 * @typedef {Pick<PageKeyParts, "buildId" | "path" | "pathDigest" | "buildAndPath" | "variant">} Page
 * @param {string} text
 * @returns {Page | null}
 */
function parsePage(text) {
  const borders = PATH.test(text) ? [-1] : [];
  BORDER.lastIndex = 1;
  for (let found; borders.length < 2 && (found = BORDER.exec(text));) borders.push(found.index);
  if (borders.length === 0) return null;
  if (borders.length > 1) return { buildAndPath: text };
  const [border] = borders;
  const path = text.slice(border + 1);
  return {
    buildId: border > 0 ? text.slice(0, border) : undefined,
    ...(path.startsWith("/") ? { path } : { pathDigest: path.slice("__hash:".length) }),
  };
}

const isAmbiguous = (/** @type {Page} */ page) => page.buildAndPath !== undefined;

/** @param {Page} page @returns {Page} */
function splitLocale(page) {
  const mark = page.path?.lastIndexOf(LOCALE_MARK) ?? -1;
  if (mark <= 0) return page;
  return { ...page, path: page.path?.slice(0, mark), variant: page.path?.slice(mark + LOCALE_MARK.length) };
}
