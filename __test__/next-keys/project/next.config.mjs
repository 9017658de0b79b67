// The parts that differ from run to run come from the environment; main.mjs sets them.
import { fileURLToPath } from "node:url";

const { NEXT_KEYS_EXPERIMENTS, NEXT_KEYS_BUILD_ID, NEXT_KEYS_DEPLOYMENT_ID } = process.env;
const handler = fileURLToPath(new URL("handler.cjs", import.meta.url));

// Next 15.5 knows cacheHandlers as an experiment only, and later versions warn about that place.
const handlers = { cacheHandlers: { default: handler, remote: handler } };
const { topLevelHandlers, ...experiments } = JSON.parse(NEXT_KEYS_EXPERIMENTS ?? "{}");

export default {
  ...(topLevelHandlers && handlers),
  experimental: { useCache: true, ...(!topLevelHandlers && handlers), ...experiments },
  ...(NEXT_KEYS_DEPLOYMENT_ID && { deploymentId: NEXT_KEYS_DEPLOYMENT_ID }),
  ...(NEXT_KEYS_BUILD_ID && { generateBuildId: () => NEXT_KEYS_BUILD_ID }),
};
