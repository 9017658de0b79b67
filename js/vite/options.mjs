// The plugin's options: those that are set, and those that follow from next.config and from vinext's own options.
const NAMES = ["pages", "fileMetadata", "runtimeDeploymentId", "versionMetadataBinding"];

/** @typedef {import("../vite.mjs").VinextCacheKeyOptions} VinextCacheKeyOptions */
/** @typedef {Required<Omit<VinextCacheKeyOptions, "versionMetadataBinding">> & { versionMetadataBinding?: string }} Options */

/** @param {VinextCacheKeyOptions} options */
export function validate(options) {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const received = JSON.stringify(options) ?? typeof options;
    throw new TypeError(
      `vinextCacheKey's options must be an object, such as { pages: true }; they are ${received}`,
    );
  }
  for (const [name, value] of Object.entries(options)) {
    if (!NAMES.includes(name)) {
      const known = NAMES.map((option) => JSON.stringify(option)).join(", ");
      throw new TypeError(`vinextCacheKey does not know the option ${JSON.stringify(name)}, only ${known}`);
    }
    const type = name === "versionMetadataBinding" ? "string" : "boolean";
    if (value !== undefined && typeof value !== type) {
      throw new TypeError(`vinextCacheKey's option "${name}" must be a ${type}; it is ${typeof value}`);
    }
    if (value === "") throw new TypeError(`vinextCacheKey's option "${name}" is empty`);
  }
}

/**
 * The options of a build. Throws if one of them cannot take effect.
 *
 * @param {VinextCacheKeyOptions} asked
 * @param {import("./vinext.mjs").AppConfig} config
 * @param {(message: string) => void} warn
 * @returns {Options}
 */
export function settle(asked, { file, deploymentId, runtimeServerDeploymentId, hasCdnAdapter }, warn) {
  if (runtimeServerDeploymentId && asked.runtimeDeploymentId === false) {
    throw new Error(
      `vinextCacheKey has runtimeDeploymentId: false, but ${file} has experimental.runtimeServerDeploymentId: true. ` +
        "Remove one of them",
    );
  }
  const runtimeDeploymentId = asked.runtimeDeploymentId ?? runtimeServerDeploymentId;
  if (runtimeDeploymentId && deploymentId !== undefined) {
    throw new Error(
      `Servers take their deployment ID from NEXT_DEPLOYMENT_ID when they start (runtimeDeploymentId), but ${file} ` +
        `sets deploymentId to ${JSON.stringify(deploymentId) ?? String(deploymentId)}. Remove deploymentId from ${file}`,
    );
  }
  const { versionMetadataBinding } = asked;
  if (versionMetadataBinding !== undefined && !runtimeDeploymentId) {
    throw new Error(
      'vinextCacheKey\'s option "versionMetadataBinding" names the identity of a running Worker. Set runtimeDeploymentId: true too',
    );
  }
  let pages = asked.pages ?? runtimeDeploymentId;
  if (pages && hasCdnAdapter) {
    const reason =
      "vinext's cache.cdn adapter stores pages by their URL, so a key does not keep deployments apart";
    if (asked.pages) throw new Error(`${reason}. Remove the option "pages", or the adapter`);
    warn(`${reason}: pages are shared between deployments`);
    pages = false;
  }
  return { pages, fileMetadata: asked.fileMetadata ?? false, runtimeDeploymentId, versionMetadataBinding };
}
