// Keys of vinext's other families: the same as `src/cache_key/page.rs` and `src/cache_key/family.rs`, which have the grammar.

/**
 * @typedef {object} PageKey
 * @property {"app" | "app-fallback-shell" | "pages"} family
 * @property {string} [deploymentId]
 * @property {boolean} ambiguous
 * @property {string} [buildId]
 * @property {string} [path]
 * @property {string} [pathDigest]
 * @property {string} [buildAndPath]
 * @property {"html" | "rsc" | "route"} [artifact]
 * @property {string} [variant]
 * @typedef {{ family: "shortened", deploymentId?: string, digest: string }} ShortenedKey
 * @typedef {{ family: "fetch" | "unstable_cache", digest: string }} SharedKey
 * @typedef {{ family: "tag", tag: string }} TagKey
 */

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
const TAG = /^(?:__)?tag:/;

/** Takes a key apart that is not a "use cache" key. @param {string} key @returns {PageKey | ShortenedKey | SharedKey | TagKey | null} */
export function parseOtherKey(key) {
  const page = parsePageKey(key) ?? parseShortenedKey(key) ?? parseSharedKey(key);
  if (page) return page;
  if (key.startsWith("_N_T_")) return { family: "tag", tag: key };
  return TAG.test(key) ? { family: "tag", tag: key.replace(TAG, "") } : null;
}

/** @param {string} key @returns {PageKey | null} */
export function parsePageKey(key) {
  const { deploymentId, own } = splitDeploymentId(key);
  const head = FAMILY.exec(own);
  if (!head) return null;
  const family = /** @type {PageKey["family"]} */ (head[1] ?? head[2] ?? head[3]);
  const rest = own.slice(head[0].length);
  if (family === "pages") {
    const page = parsePage(rest);
    return page && { family, deploymentId, ...splitLocale(page) };
  }
  const tail = ARTIFACT.exec(rest);
  const page = tail && parsePage(rest.slice(0, tail.index));
  if (!page) return null;
  const [, html, route, slash, rsc, variant] = tail;
  const artifact = /** @type {PageKey["artifact"]} */ (html ?? route ?? rsc);
  return { family, deploymentId, ...page, artifact, variant: (slash ?? variant)?.slice(1) || undefined };
}

/** A key that `storageKey` has shortened, and that is not a "use cache" key. @param {string} key @returns {ShortenedKey | null} */
export function parseShortenedKey(key) {
  const { deploymentId, own } = splitDeploymentId(key);
  const digest = DIGEST.exec(own)?.[1];
  return digest === undefined ? null : { family: "shortened", deploymentId, digest };
}

/** A key of an entry that all deployments share. @param {string} key @returns {SharedKey | null} */
export function parseSharedKey(key) {
  const [, mark, digest] = SHARED.exec(key) ?? [];
  return digest ? { family: mark ? "unstable_cache" : "fetch", digest } : null;
}

/** @param {string} key @returns {{ deploymentId?: string, own: string }} */
function splitDeploymentId(key) {
  const scope = SCOPE.exec(key);
  return scope ? { deploymentId: scope[1], own: key.slice(scope[0].length) } : { own: key };
}

/**
 * @typedef {Pick<PageKey, "ambiguous" | "buildId" | "path" | "pathDigest" | "buildAndPath" | "variant">} Page
 * @param {string} text
 * @returns {Page | null}
 */
function parsePage(text) {
  const borders = PATH.test(text) ? [-1] : [];
  BORDER.lastIndex = 1;
  for (let found; borders.length < 2 && (found = BORDER.exec(text));) borders.push(found.index);
  if (borders.length === 0) return null;
  if (borders.length > 1) return { ambiguous: true, buildAndPath: text };
  const [border] = borders;
  const path = text.slice(border + 1);
  return {
    ambiguous: false,
    buildId: border > 0 ? text.slice(0, border) : undefined,
    ...(path.startsWith("/") ? { path } : { pathDigest: path.slice("__hash:".length) }),
  };
}

/** @param {Page} page @returns {Page} */
function splitLocale(page) {
  const mark = page.path?.lastIndexOf(LOCALE_MARK) ?? -1;
  if (mark <= 0) return page;
  return { ...page, path: page.path?.slice(0, mark), variant: page.path?.slice(mark + LOCALE_MARK.length) };
}
