// 200,000 random stores: `stale` writes no key of a deployment or build to keep.
import test from "ava";
import fc from "fast-check";
import { check, store } from "./helpers/family-lists.mjs";

test("random stores", (t) => {
  t.timeout(600_000);
  fc.assert(
    fc.property(store, (one) => check(t, one)),
    { numRuns: 200_000 },
  );
});
