// Tests that the output of a command is complete, or its exit code is not 0, and that input is read to its end or an error is printed.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import test from "ava";
import { buildUseCacheKey } from "../index.js";
import { exitCodeOfReaderGone } from "../js/cli/output.mjs";
import { CLI, environment, launch, run } from "./helpers/cli.mjs";

const APP = fileURLToPath(new URL("../examples/two-deployments", import.meta.url));

const onPosix = process.platform === "win32" ? test.skip : test;
const onLinux = process.platform === "linux" ? test : test.skip;

const keysOf = (seed, count) =>
  Array.from({ length: count }, (_, index) => buildUseCacheKey(`["/a.ts:get${index}","r"]`, seed, "[]"));
const LIST = `${[...keysOf("v2", 1), ...keysOf("v1", 4000)].join("\n")}\n`;

function folderFor(t) {
  const folder = mkdtempSync(join(tmpdir(), "output-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs the command line in a shell, as `$cli`, over a file `$list`. */
async function shell(t, script, env) {
  const folder = folderFor(t);
  const list = join(folder, "list");
  writeFileSync(list, LIST);
  const cli = `"${process.execPath}" "${CLI}"`;
  const child = spawn("bash", ["-c", script.replaceAll("$cli", cli)], {
    cwd: folder,
    env: environment({ list, ...env }),
  });
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  child.stdout.resume();
  const [code] = await once(child, "close");
  return { code, err, folder };
}

const commands = [
  ["stale", '$cli stale --keep v2 < "$list"'],
  ["stale, not waiting", '$cli stale --keep v2 --allow-unseen < "$list"'],
  ["inspect", '$cli inspect < "$list"'],
  ["inspect --json", '$cli inspect --json < "$list"'],
  ["inspect of arguments", "$cli inspect a b"],
  ["prefix", "$cli prefix v1"],
  ["explain", `$cli explain "${APP}"`],
  ["--help", "$cli --help"],
  ["inspect --help", "$cli inspect --help"],
  ["--version", "$cli --version"],
];

for (const [title, command] of commands) {
  onLinux(`${title}: a device without space left is an error`, async (t) => {
    const { code, err } = await shell(t, `${command} > /dev/full`);
    t.is(code, 1);
    t.regex(err, /^vinext-cache-key: the output is not complete: ENOSPC: no space left on device, write\n$/m);
    t.notRegex(err, /keys written/);
  });

  // The reader is gone before the command writes.
  onPosix(`${title}: a reader that goes away ends it quietly`, async (t) => {
    const { code, err } = await shell(t, `{ sleep 0.2; ${command}; echo "code $?" >&2; } | true`);
    t.is(code, 0);
    t.is(err, "code 141\n");
  });
}

// A file size limit cuts a write short without a full disk, and so without root.
onPosix("a short write is an error", async (t) => {
  for (const [, command] of commands.slice(0, 4)) {
    const { code, err, folder } = await shell(t, `ulimit -f 1; ${command} > out`);
    t.is(code, 1, command);
    t.regex(err, /the output is not complete: EFBIG/, command);
    t.true(statSync(join(folder, "out")).size <= 1024);
  }
});

const isRoot = process.getuid?.() === 0;
(isRoot && process.platform === "linux" ? test.serial : test.serial.skip)(
  "a disk that fills up is an error (mounts a tmpfs, which needs root)",
  async (t) => {
    const disk = join(folderFor(t), "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]);
    try {
      const { code, err } = await shell(t, '$cli stale --keep v2 < "$list" > "$disk/out"', { disk });
      t.is(code, 1);
      t.regex(err, /the output is not complete: ENOSPC/);
      rmSync(join(disk, "out"));
      // The output that waits for a key of the deployment to keep is larger than the part that stays in memory.
      const many = 'for i in $(seq 60); do cat "$list"; done | tail -n +2 |';
      const spooled = await shell(t, `${many} $cli stale --keep v3`, { TMPDIR: disk });
      t.is(spooled.code, 1);
      t.regex(spooled.err, /kept in a temporary file: ENOSPC.*Set TMPDIR to another folder/);
      t.deepEqual(readdirSync(disk), []);
    } finally {
      execFileSync("umount", [disk]);
    }
  },
);

onPosix("stderr that cannot be written to is an error too", async (t) => {
  t.is((await shell(t, '$cli stale --keep v2 < "$list" 2> /dev/full')).code, 1);
  t.is((await shell(t, "$cli inspect --no-such-option 2> /dev/full")).code, 2);
});

onLinux("a terminal gets everything", async (t) => {
  const folder = folderFor(t);
  const out = join(folder, "out");
  await shell(t, `script -qec '$cli inspect < "$list"' "$out" > /dev/null`, { out });
  t.is(readFileSync(out, "utf8").match(/\/a\.ts/g)?.length, 4001);
});

test("the exit code if a reader goes away: SIGPIPE's, and 1 where there is no such signal", (t) => {
  t.is(exitCodeOfReaderGone({ SIGPIPE: 13 }), 141);
  // As `os.constants.signals` on Windows.
  t.is(exitCodeOfReaderGone({ SIGINT: 2 }), 1);
});

for (const command of [
  ["stale", "--keep", "v2"],
  ["stale", "--keep", "v2", "--allow-unseen"],
  ["inspect"],
  ["inspect", "--json"],
]) {
  onPosix(`${command.join(" ")}: a folder in place of a list is an error`, async (t) => {
    const folder = openSync(tmpdir(), "r");
    t.teardown(() => closeSync(folder));
    const child = spawn(process.execPath, [CLI, ...command], { stdio: [folder, "pipe", "pipe"] });
    let err = "";
    child.stderr.on("data", (text) => (err += text));
    child.stdout.resume();
    const [code] = await once(child, "close");
    t.is(code, 1);
    t.regex(err, /stdin cannot be read: EISDIR/);
  });
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGKILL"]) {
  onPosix(`${signal} ends it and leaves no temporary file`, async (t) => {
    const TMPDIR = folderFor(t);
    const child = launch(["stale", "--keep", "v3"], { env: { TMPDIR } });
    let err = "";
    child.stderr.on("data", (text) => (err += text));
    // More than the command keeps in memory. A full pipe drains when the command has read it.
    for (let count = 0; count < 60; count += 1) {
      if (!child.stdin.write(LIST)) await once(child.stdin, "drain");
    }
    await setTimeout(500);
    child.kill(signal);
    const [code, ended] = await once(child, "close");
    t.is(code ?? 128 + constants.signals[ended], 128 + constants.signals[signal]);
    t.is(err, "");
    t.deepEqual(readdirSync(TMPDIR), []);
  });
}

for (const [title, args, input, refused] of [
  ["a deployment without keys", ["--keep", "V3"], LIST, /no key of "V3" was read/],
  ["NUL among lines", ["--keep", "v2"], `${LIST}\0`, /a line contains NUL/],
  ["lines without NUL", ["--keep", "v2", "-0"], LIST, /no NUL behind them/],
  ["a bad prefix", ["--keep", "v2", "--strip-prefix", "*"], LIST, /only one \* is allowed/],
  ["no build", ["--keep-current", "/nowhere"], LIST, /keep-current/],
]) {
  test(`stale --json: the refusal is part of the JSON: ${title}`, async (t) => {
    const { code, err } = await run(["stale", "--json", ...args], { input });
    t.is(code, 1);
    t.regex(JSON.parse(err).refused, refused);
  });
}

onLinux("stale --json: the error of an output that cannot be written is part of the JSON", async (t) => {
  const { code, err } = await shell(t, '$cli stale --json --keep v2 < "$list" > /dev/full');
  t.is(code, 1);
  t.regex(JSON.parse(err).refused, /the output is not complete: ENOSPC/);
});

test("a message cannot control the terminal", async (t) => {
  const { err } = await run(["\x1b[31mpurge\u202e"]);
  t.regex(err, /there is no command "\\u001b\[31mpurge\\u202e"/);
});

for (const [title, list] of [
  ["many chunks", LIST],
  ["one chunk", "use-cache:build:v1:one\n"],
]) {
  test(`a process whose reader goes away does not wait for the rest of its input: ${title}`, async (t) => {
    const child = launch(["stale", "--keep", "v2", "--allow-unseen"]);
    child.stdin.on("error", () => {});
    const closed = once(child, "close");
    child.stdout.destroy();
    child.stdin.write(list);
    t.deepEqual(await closed, [process.platform === "win32" ? 1 : 141, null]);
  });
}
