// What a test of an app does with the package, under Vitest.
import { expect, test } from "vitest";
import * as api from "vinext-cache-key";
import expectations from "./expected.json";

test(`the implementation is ${process.env.WANTED}`, () => {
  expect(api.implementation.kind).toBe(process.env.WANTED);
});

test.each(Object.entries(expectations.vectors))("keys of %s", (name, cases) => {
  for (const [args, expected] of cases) expect(api[name](...args)).toBe(expected);
});

test("errors", () => {
  expect(() => api.buildUseCacheKey(1)).toThrow(
    expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE", name: "TypeError" }),
  );
});
