// Gives a process a clock of its own, by libfaketime (the Debian package faketime).
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInstalled } from "./programs.mjs";

export const fakeTimeIsHere =
  process.platform === "linux" && isInstalled("faketime", "the tests with another clock");

let library;

/**
 * The environment of a process with another clock: `+0 x30` runs 30 times as fast, `-1d` is a day behind.
 *
 * @param {string} time @returns {NodeJS.ProcessEnv}
 */
export function fakeTime(time) {
  const show = ["-f", "+0", "printenv", "LD_PRELOAD"];
  library ??= execFileSync("faketime", show, { encoding: "utf8" }).trim();
  return { LD_PRELOAD: library, FAKETIME: time };
}

/**
 * A clock that jumps while the process runs. Timers go on as on a machine whose clock is set.
 *
 * @param {import("ava").ExecutionContext} t
 * @returns {{ env: NodeJS.ProcessEnv, set(time: string): void }}
 */
export function changingTime(t) {
  const folder = mkdtempSync(join(tmpdir(), "clock-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "time");
  const set = (time) => writeFileSync(file, time);
  set("+0");
  const { LD_PRELOAD } = fakeTime("+0");
  const env = {
    LD_PRELOAD,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
  return { env, set };
}
