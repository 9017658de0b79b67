// Prints which implementation a program has loaded, which exports are missing and which keys are wrong.
"use strict";

const { names, vectors } = require("./expected.json");

module.exports = (api) => {
  const missing = names.filter((name) => !(name in api));
  const wrong = Object.entries(vectors).flatMap(([name, cases]) =>
    cases.filter(([args, expected]) => api[name](...args) !== expected).map(([args]) => [name, ...args]),
  );
  console.log(JSON.stringify({ implementation: api.implementation, missing, wrong }));
};
