// Emits js/cjs/: the two engines with the shell as CommonJS, for `require` where it takes no ES modules (Jest, older Node 20).

// `require` would throw for Node's own modules in a bundle that is an ES module.
const builtins = {
  name: "builtins",
  renderChunk: (code) => code.replaceAll(/\brequire\("(node:\w+)"\)/g, 'process.getBuiltinModule("$1")'),
};

// Each engine is one file, because one more file costs 10 percent of the load time.
export default ["native", "portable"].map((name) => ({
  input: `js/${name}.mjs`,
  platform: "node",
  plugins: [builtins],
  output: {
    file: `js/cjs/${name}.js`,
    format: "cjs",
    strict: true,
    comments: false,
    banner: `// @ts-nocheck\n// Generated from js/${name}.mjs by \`npm run build\`.`,
  },
}));
