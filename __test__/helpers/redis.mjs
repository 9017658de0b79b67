// A Redis of the tests' own, on a free port of this machine.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** In CI its absence is an error, so that these tests cannot be left out unseen. */
export const redisIsHere = Boolean(process.env.CI) || hasRedis();
if (!redisIsHere) console.warn("\nredis-server is not installed: the tests over Redis do not run.\n");

function hasRedis() {
  try {
    return Boolean(execFileSync("redis-server", ["--version"]));
  } catch (error) {
    if (error.code === "ENOENT") return false;
    throw error;
  }
}

/** @param {string[]} [options] @returns {Promise<{ port: number, url: string, stop(): Promise<void> }>} */
export async function startRedis(options = []) {
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder, ...options];
  const server = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(server, "close");
  const kill = () => server.kill("SIGKILL");
  process.on("exit", kill);
  let log = "";
  await new Promise((ready, failed) => {
    server.on("error", failed);
    server.on("exit", () => failed(new Error(log)));
    server.stdout.setEncoding("utf8").on("data", (text) => {
      log += text;
      if (log.includes("Ready to accept connections")) ready();
    });
  });
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill();
      await ended;
      process.off("exit", kill);
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
