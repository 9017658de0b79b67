export type VinextCacheKeyOptions = {
    /**
     * Also key the name and the type of a file passed to a cached function, as Next.js
     * does. By default its bytes alone are keyed, as vinext does.
     */
    fileMetadata?: boolean;
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
 * package; a warning says so.
 *
 * @param {VinextCacheKeyOptions} [options]
 * @returns {import("vite").Plugin}
 */
export default function vinextCacheKey(options?: VinextCacheKeyOptions): import("vite").Plugin;
