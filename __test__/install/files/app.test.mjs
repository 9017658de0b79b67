// What a test of a vinext app does, under Vitest with the app's own configuration.
import { expect, test } from "vitest";
import Link from "next/link";
import * as api from "vinext-cache-key";
import { describe } from "./app/shop.js";

test("vinext's part of the configuration is in force", () => {
  // Next.js is not installed: vinext stands in for its modules.
  expect(Link).toBeTruthy();
  expect(describe("tea")).toMatch(/^fresh tea /);
});

test("the addon is loaded", () => {
  expect(api.implementation).toMatchObject({ kind: "native" });
  expect(api.useCacheKeyPrefix("v1")).toBe("use-cache:build:v1:");
});
