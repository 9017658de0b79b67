export default {
  generateBuildId: () => process.env.BUILD_ID ?? "build-1",
  experimental: { useCache: true },
};
