// Tests that two runs in one checkout do not disturb each other.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { replaceFile } from "../scripts/lib/lock.mjs";

const LOCK = new URL("../scripts/lib/lock.mjs", import.meta.url).href;

function folderFor(t) {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("a lock is held by one process at a time, and the lock of a killed process does not count", async (t) => {
  const log = join(folderFor(t), "log");
  const name = `test-${process.pid}`;
  const code = (end) => `
    import { appendFileSync } from "node:fs";
    import { setTimeout } from "node:timers/promises";
    import { takeLock } from ${JSON.stringify(LOCK)};
    const release = takeLock(${JSON.stringify(name)});
    appendFileSync(${JSON.stringify(log)}, "(");
    await setTimeout(300);
    appendFileSync(${JSON.stringify(log)}, ")");
    ${end}`;
  const run = (end) =>
    promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code(end)]).catch(() => {});
  await run("process.kill(process.pid, 'SIGKILL')");
  await Promise.all(
    ["release()", "process.exit(1)", "process.kill(process.pid, 'SIGKILL')", "release()"].map(run),
  );
  t.is(readFileSync(log, "utf8"), "()".repeat(5));
});

test("a file is replaced only if its content differs", (t) => {
  const file = join(folderFor(t), "file");
  writeFileSync(file, "one");
  const { ino } = statSync(file);
  replaceFile(file, "one");
  t.is(statSync(file).ino, ino);
  replaceFile(file, "two");
  t.is(readFileSync(file, "utf8"), "two");
  t.not(statSync(file).ino, ino);
});
