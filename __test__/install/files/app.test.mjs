// What a test of a vinext app does, under Vitest with the app's own configuration.
import { expect, test } from "vitest";
import Link from "next/link";
import * as api from "vinext-cache-key";
import { stamp } from "./app/stamp.js";

test("vinext's part of the configuration is in force", () => {
  // Next.js is not installed: vinext stands in for its modules.
  expect(Link).toBeTruthy();
  expect(stamp("tea")).toMatch(/^tea /);
});

test("the portable implementation is loaded", () => {
  expect(api.implementation).toMatchObject({ kind: "portable" });
  expect(api.useCacheKeyPrefix("v1")).toBe("use-cache:build:v1:");
});
