// Preloaded where Node runs by way of a launcher.
"use strict";

const fs = require("node:fs");

// The processes that it starts as itself go the same way.
if (process.env.NODE_LAUNCHER) process.execPath = process.env.NODE_LAUNCHER;

// musl's loader is not installed here, but called by its path, or mapped by QEMU to who opens it, not to who asks for it.
if (process.env.MUSL_LOADER) {
  const { existsSync } = fs;
  fs.existsSync = (path) => path === process.env.MUSL_LOADER || existsSync(path);
}
