// Programs that some tests need, and that a machine may not have.
import { execFileSync } from "node:child_process";

/**
 * Whether a program is installed. If it is not, prints which tests do not run. In CI the answer is always yes, so that those tests
 * fail instead of being skipped unseen.
 *
 * @param {string} program @param {string} tests
 */
export function isInstalled(program, tests) {
  if (process.env.CI) return true;
  try {
    execFileSync(program, ["--version"]);
    return true;
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    console.warn(`\n${program} is not installed: ${tests} do not run.\n`);
    return false;
  }
}
