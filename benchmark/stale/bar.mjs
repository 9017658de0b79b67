// The required speed of `stale`.
const BAR = 1.5;

/**
 * Whether `stale` is fast enough compared with grep.
 *
 * @param {number} seconds @param {number} grepSeconds NaN where grep has no -P.
 */
export function judge(seconds, grepSeconds) {
  if (Number.isNaN(grepSeconds)) return { text: "Not checked: grep has no -P here.", passed: true };
  const ratio = grepSeconds / seconds;
  const passed = ratio >= BAR;
  const verdict = passed ? "passed" : "missed";
  return {
    text: `native is ${ratio.toFixed(2)} times as fast as grep, at least ${BAR} needed: ${verdict}`,
    passed,
  };
}
