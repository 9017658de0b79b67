/** vinext's own loader needs a newer Node than these tests do; real builds use it in vite-options.slow.test.mjs. */
export const CONFIG_LOADER = `
export const findVinextNextConfigInPlugins = () => null;
export const findNextConfigPath = () => "next.config.mjs";
export const loadNextConfig = () => ({});`;
