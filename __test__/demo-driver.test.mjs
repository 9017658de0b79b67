import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import test from "ava";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { buildApp, startServer } from "../scripts/lib/vinext-server.mjs";

const MAIN = fileURLToPath(new URL("../scripts/demo/main.mjs", import.meta.url));
const APP = fileURLToPath(new URL("../examples/two-deployments", import.meta.url));

async function run(args, env) {
  const child = spawn(modernNode(), [MAIN, ...args], { env: { ...process.env, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const [code] = await once(child, "close");
  return { code, lines: output.trim().split("\n") };
}

for (const [title, args, env, message] of [
  ["a deployment ID", ["--deployment-a", "a.b"], {}, /"a\.b".*invalid characters/],
  ["a deployment ID in the environment", [], { DEPLOYMENT_B: "b c" }, /"b c".*invalid characters/],
  ["an empty deployment ID", ["--deployment-b="], {}, /"".*invalid characters/],
  ["the same deployment ID twice", ["--deployment-b", "blue"], {}, /two IDs; both are "blue"/],
  ["a build ID", ["--build-id", " "], {}, /Invalid build ID/],
  [
    "an adapter that is missing",
    ["--adapter", "nowhere.mjs"],
    {},
    /Invalid cache adapter .*nowhere\.mjs: no such file/,
  ],
  [
    "a module that is not an adapter",
    ["--adapter", "index.js"],
    {},
    /Invalid cache adapter .*index\.js: its default export/,
  ],
  ["an option", ["--colour"], {}, /Unknown option '--colour'/],
]) {
  test(`stops with one line at ${title}`, async (t) => {
    const { code, lines } = await run(args, env);
    t.is(code, 1);
    t.is(lines.length, 1, lines.join("\n"));
    t.regex(lines[0], message);
  });
}

test("--help names every option", async (t) => {
  const { code, lines } = await run(["--help"]);
  t.is(code, 0);
  for (const option of ["--deployment-a", "--deployment-b", "--build-id", "--adapter", "--json", "--help"]) {
    t.true(lines.join("\n").includes(option), option);
  }
});

const onLinux = existsSync("/proc/self/task") ? test : test.skip;

/** Only Linux tells the children of a process without another program. */
async function childrenOf(pid) {
  for (;;) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    if (children) return children.split(" ");
    await setTimeout(20);
  }
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  onLinux(`leaves no process when stopped by ${signal}`, async (t) => {
    const driver = spawn(modernNode(), [MAIN], { stdio: "ignore" });
    const exited = once(driver, "exit");
    const children = await childrenOf(driver.pid);
    driver.kill(signal);
    t.deepEqual(await exited, [code, null]);
    for (const pid of children) t.false(existsSync(`/proc/${pid}`));
  });
}

test("a build that fails says why", async (t) => {
  await t.throwsAsync(buildApp(APP, { env: { BUILD_ID: " " } }), {
    message: /^The build failed:\n[^]*Invalid build ID/,
  });
});

test("a server that does not start says why", async (t) => {
  const env = { NODE_OPTIONS: "--import=./nowhere.mjs" };
  await t.throwsAsync(startServer(APP, { env }), { message: /^The server did not start:\n[^]*nowhere/ });
});

test("an aborted start ends with the signal's reason", async (t) => {
  const stop = new AbortController();
  const started = startServer(APP, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await t.throwsAsync(started, { message: "enough" });
});
