export default {
  deploymentId: process.env.NEXT_DEPLOYMENT_ID,
  generateBuildId: () => process.env.BUILD_ID ?? null,
  experimental: { useCache: true },
};
