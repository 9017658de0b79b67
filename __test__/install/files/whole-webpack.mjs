// The package and its binary in the bundle. Other platforms' binaries are warned of, because they are not installed.
import webpack from "webpack";

const esm = process.argv[2] === "esm";
const stats = await new Promise((done, fail) => {
  const options = {
    mode: "production",
    target: "node",
    entry: "./module.mjs",
    module: { rules: [{ test: /\.node$/, loader: "node-loader" }] },
    ignoreWarnings: [/Can't resolve '\S*vinext-cache-key\S*'/],
    experiments: { outputModule: esm },
    output: {
      path: `${import.meta.dirname}/bundle`,
      filename: `main.${esm ? "mjs" : "cjs"}`,
      ...(esm ? { library: { type: "module" } } : {}),
    },
  };
  webpack(options, (error, result) => (error ? fail(error) : done(result)));
});
if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
