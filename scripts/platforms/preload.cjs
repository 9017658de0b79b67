// Preloaded into each Node that a launcher starts.
"use strict";

const fs = require("node:fs");

// Processes that it starts as itself are started by the launcher too.
if (process.env.NODE_LAUNCHER) process.execPath = process.env.NODE_LAUNCHER;

// musl's loader is not at its usual path here. The package's loader looks for it there, so the answer is yes.
if (process.env.MUSL_LOADER) {
  const { existsSync } = fs;
  fs.existsSync = (path) => path === process.env.MUSL_LOADER || existsSync(path);
}
