export type VinextCacheKeyOptions = {
    /**
     * Also put the deployment ID in front of the keys of pages, route handlers and metadata. By
     * default only a build ID keeps them apart, as in vinext. Default: `true` with `runtimeDeploymentId`.
     */
    pages?: boolean;
    /**
     * Also key the name and the type of a file passed to a cached function, as Next.js
     * does. By default only its bytes are keyed, as in vinext.
     */
    fileMetadata?: boolean;
    /**
     * A built server takes its deployment ID from `NEXT_DEPLOYMENT_ID` when it
     * starts, and does not start without one. By default the ID is fixed by the build, as in vinext. Default: `true` where
     * next.config has `experimental.runtimeServerDeploymentId`.
     */
    runtimeDeploymentId?: boolean;
    /**
     * Workers only, with `runtimeDeploymentId`: the version metadata binding whose
     * `id` is the deployment ID where the variable `NEXT_DEPLOYMENT_ID` is not set.
     */
    versionMetadataBinding?: string;
};
/**
 * A Vite plugin that makes the servers of a [vinext](https://vinext.dev) app derive their cache keys with
 * `vinext-cache-key`. It goes beside `vinext()`, before or after it:
 *
 * ```js
 * import vinext from "vinext";
 * import vinextCacheKey from "vinext-cache-key/vite";
 *
 * export default { plugins: [vinext(), vinextCacheKey()] };
 * ```
 *
 * Without options a Worker is not changed. An unknown version of vinext is not changed either, and a warning says so. With an
 * option that needs other keys than vinext's, an unknown version is an error.
 *
 * @param {VinextCacheKeyOptions} [asked]
 * @returns {import("vite").Plugin}
 */
export default function vinextCacheKey(asked?: VinextCacheKeyOptions): import("vite").Plugin;
