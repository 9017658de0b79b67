// A Vite plugin that times the steps of a cached call in vinext's own code.

/** Each step, and the statement of vinext's cache-runtime that does it. */
const STEPS = {
  "encode the arguments": /const flightArguments = replay \?\? await .*;/,
  key: /let cacheKey = .*;/,
  "decode the arguments": /let callArgs = await rsc\.decodeReply\(.*;/,
  lookup: /existing = await handler\.get\(cacheKey, \{[^}]*\}\);/,
  "decode the entry": /const result = await rsc\.createFromReadableStream\(.*;/,
};
const FIRST = /const keySeed = .*;/;
const LAST = /recordRequestScopedCacheControl\(existing\.cacheControl\);/;

const began = (index) => `const began${index} = performance.now();`;
const note = (name, index) =>
  `((globalThis.steps ??= {})[${JSON.stringify(name)}] ??= []).push((performance.now() - began${index}) * 1e3);`;

function replaced(code, pattern, replace) {
  if (!pattern.test(code)) throw new Error(`vinext's cache-runtime has no ${pattern}.`);
  return code.replace(pattern, replace);
}

export function timedSteps() {
  return {
    name: "timed-steps",
    transform(code, id) {
      if (!id.split("?")[0].endsWith("/shims/cache-runtime.js") || this.environment.name !== "rsc") return;
      const timed = Object.entries(STEPS).reduce(
        (result, [name, pattern], index) =>
          replaced(result, pattern, (step) => `${began(index)} ${step} ${note(name, index)}`),
        replaced(code, FIRST, (first) => `${began("All")} ${first}`),
      );
      return replaced(timed, LAST, (last) => `${last} ${note("all", "All")}`);
    },
  };
}
