// Tests of the demo's claims, which are checked over what a run has seen.
import test from "ava";

/**
 * Tests that each change to a good run refutes exactly the claims that it should.
 *
 * @template Seen
 * @param {() => Seen} seen What a good run sees.
 * @param {(seen: Seen) => { ok: boolean }[]} check
 * @param {[title: string, spoil: (seen: Seen) => unknown, refuted: number[]][]} cases
 */
export function testRefuted(seen, check, cases) {
  test("every claim is true if nothing is wrong", (t) => {
    t.true(check(seen()).every(({ ok }) => ok));
  });
  for (const [title, spoil, refuted] of cases) {
    test(`refuted: ${title}`, (t) => {
      const spoilt = seen();
      spoil(spoilt);
      const results = check(spoilt);
      t.deepEqual(
        [...results.keys()].filter((index) => !results[index].ok),
        refuted,
      );
    });
  }
}
