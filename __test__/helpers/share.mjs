// How much of the many cases to run, and how many threads: all, or TEST_SHARE of them, as in the fast set and on an emulated
// processor.
const SHARE = Number(process.env.TEST_SHARE ?? 1);

export const share = (count) => Math.ceil(count * SHARE);

let passed = 0;

/** Whether the next case is in the share. */
export function inShare() {
  passed += SHARE;
  if (passed < 1) return false;
  passed -= 1;
  return true;
}
