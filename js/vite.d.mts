export type VinextCacheKeyOptions = {
    /**
     * Also key the name and the type of a file passed to a cached function, as Next.js
     * does. By default its bytes alone are keyed, as vinext does.
     */
    fileMetadata?: boolean;
    /**
     * A built server takes its deployment ID from `NEXT_DEPLOYMENT_ID` when it
     * starts, and does not start without one. By default the build's ID is in the build, as vinext has it.
     */
    runtimeDeploymentId?: boolean;
};
/**
 * A Vite plugin that makes the Node servers of a [vinext](https://vinext.dev) app derive their `"use cache"` keys with
 * `vinext-cache-key`. It goes beside `vinext()`, before or after it:
 *
 * ```js
 * import vinext from "vinext";
 * import vinextCacheKey from "vinext-cache-key/vite";
 *
 * export default { plugins: [vinext(), vinextCacheKey()] };
 * ```
 *
 * Builds for Workers stay as they are, and so does a version of vinext that derives its keys in a way unknown to this
 * package; a warning says so. Where an option asks for other keys than vinext's, either is an error.
 *
 * @param {VinextCacheKeyOptions} [options]
 * @returns {import("vite").Plugin}
 */
export default function vinextCacheKey(options?: VinextCacheKeyOptions): import("vite").Plugin;
