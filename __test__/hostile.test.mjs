// Tests that no argument from JavaScript ends the process, and that every error has a readable message.
import test from "ava";
import { execFile } from "node:child_process";
import { totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { implementations } from "./helpers/implementations.mjs";
import { share } from "./helpers/share.mjs";

const run = promisify(execFile);
const body = (file) => fileURLToPath(new URL(`hostile/${file}`, import.meta.url));

for (const [name] of implementations) {
  test.serial(`${name}: every export with every combination of four odd values`, async (t) => {
    for (const node of new Set([process.execPath, modernNode()])) {
      const { stdout } = await run(node, [body("body.mjs"), name]);
      const { calls, failures } = JSON.parse(stdout);
      t.deepEqual(failures, []);
      t.true(calls > share(600_000), `only ${calls} calls`);
    }
  });

  // Several texts of half a gigabyte at a time: too much for a machine with little memory, and for an emulated processor.
  const roomy = totalmem() > 12 * 2 ** 30 && share(2) === 2 ? test.serial : test.serial.skip;
  roomy(`${name}: keys that would be longer than a string can be`, async (t) => {
    const { stdout } = await run(process.execPath, [body("too-long.mjs"), name]);
    t.deepEqual(JSON.parse(stdout).failures, []);
  });
}
