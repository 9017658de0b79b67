/** The Vite plugin for CommonJS: `vite.d.mts` documents it. */
declare const vinextCacheKey: typeof import("./vite.mjs", { with: { "resolution-mode": "import" } }).default;

declare namespace vinextCacheKey {
  type VinextCacheKeyOptions = import("./vite.mjs", {
    with: { "resolution-mode": "import" },
  }).VinextCacheKeyOptions;
}

export = vinextCacheKey;
