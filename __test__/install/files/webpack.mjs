import webpack from "webpack";

const stats = await new Promise((done, fail) => {
  const options = {
    mode: "production",
    target: "node",
    entry: "./module.mjs",
    externals: { "vinext-cache-key": "commonjs vinext-cache-key" },
    output: { path: `${import.meta.dirname}/bundle`, filename: "main.cjs" },
  };
  webpack(options, (error, result) => (error ? fail(error) : done(result)));
});
if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
