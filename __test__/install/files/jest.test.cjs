// What a test of an app does with the package, under Jest.
const api = require("vinext-cache-key");
const { vectors } = require("./expected.json");

test(`the implementation is ${process.env.WANTED}`, () => {
  expect(api.implementation.kind).toBe(process.env.WANTED);
});

test.each(Object.entries(vectors))("keys of %s", (name, cases) => {
  for (const [args, expected] of cases) expect(api[name](...args)).toBe(expected);
});

test("a key that is too long for a store", () => {
  expect(api.storageKey(`use-cache:build:v1:["/é\ud800"]${"x".repeat(700)}`, { maxBytes: 512 })).toBe(
    "use-cache:build:v1:sha256:MrtYzKX__J-E0oeeEOi1AfTQSGNiQoLVysxDE-QPWts",
  );
});

test("errors", () => {
  expect(() => api.buildUseCacheKey(1)).toThrow(
    expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE", name: "TypeError" }),
  );
});
