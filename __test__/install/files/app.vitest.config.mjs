// What docs/compatibility.md says is needed: vinext has Vitest bundle every package, and a bundler cannot read an addon.
import config from "./vite.config.js";

export default { ...config, test: { alias: { "vinext-cache-key": "vinext-cache-key/portable" } } };
