import { readSettings } from "./settings.js";

const { buildId, deploymentId } = await readSettings();

export default {
  generateBuildId: () => buildId,
  deploymentId,
  experimental: { useCache: true },
};
