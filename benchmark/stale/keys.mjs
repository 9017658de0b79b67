// Makes keys of several deployments as a store lists them: in no order, and with keys of other programs.
import { closeSync, openSync, writeSync } from "node:fs";
import { buildUseCacheKey } from "../../index.js";

export const KEPT = ["2026-11-20-1a2b3c4", "2026-11-23-5d6e7f8"];
const SEEDS = [
  ...KEPT,
  "2026-10-02-0f1e2d3",
  "2026-10-19-4c5b6a7",
  "2026-11-03-8a9b0c1",
  "2026-11-11-d2e3f4a",
];
const NAMES = ["default", "$$hoist_0_price", "$$hoist_1_search", "$$hoist_2_measure"];
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGEST_LENGTH = 43;
const IN_A_BATCH = 10_000;

/** Marsaglia's xorshift32. */
function* randoms(state = 0x9e3779b9) {
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

/** @param {string} file @param {number} count */
export function writeKeys(file, count) {
  const random = randoms();
  const below = (limit) => random.next().value % limit;
  const pick = (list) => list[below(list.length)];
  const ids = Array.from({ length: 40 }, (_, index) =>
    JSON.stringify([
      `/srv/shop/app/(catalogue)/p${index}/page.tsx:${pick(NAMES)}`,
      below(2 ** 32)
        .toString(16)
        .padStart(12, "0"),
    ]),
  );
  const digest = () => Array.from({ length: DIGEST_LENGTH }, () => ALPHABET[below(64)]).join("");
  const digests = Array.from({ length: 4096 }, digest);
  const key = () => {
    const kind = below(100);
    if (kind === 0) return `session:${below(2 ** 32)}`;
    return buildUseCacheKey(pick(ids), kind === 1 ? undefined : pick(SEEDS), pick(digests));
  };
  const target = openSync(file, "w");
  for (let done = 0; done < count; done += IN_A_BATCH) {
    const keys = Array.from({ length: Math.min(IN_A_BATCH, count - done) }, key);
    writeSync(target, `${keys.join("\n")}\n`);
  }
  closeSync(target);
}
