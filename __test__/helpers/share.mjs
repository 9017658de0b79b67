// How many of the random cases and threads to run: all, or the share that TEST_SHARE names. The fast set of suites and emulated
// processors run a share.
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
