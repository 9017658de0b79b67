// The plugin for CommonJS.
"use strict";

const { default: vinextCacheKey } = require("./vite.mjs");

module.exports = vinextCacheKey;
