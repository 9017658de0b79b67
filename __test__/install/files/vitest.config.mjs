import vinextCacheKey from "vinext-cache-key/vite";

export default { plugins: process.env.PLUGIN ? [vinextCacheKey()] : [] };
