// A Redis of the tests' own, on a free port of this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createClient } from "@redis/client";
import { isInstalled } from "./programs.mjs";

export const redisIsHere = isInstalled("redis-server", "the tests over Redis");

const CLUSTER_TIMEOUT = 60_000;

/** Servers that a test did not stop, because it failed, end with this process. @type {Set<() => void>} */
const running = new Set();
process.on("exit", () => running.forEach((kill) => kill()));

/**
 * @typedef {{ port: number, url: string, kill(): void, stop(): Promise<void> }} Server
 *
 * @param {string[]} [options] @param {string[]} [command] Another server of the same protocol. @returns {Promise<Server>}
 */
export async function startRedis(options = [], [file, ...first] = ["redis-server"]) {
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder, ...options];
  const server = spawn(file, [...first, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(server, "close");
  const kill = () => server.kill("SIGKILL");
  running.add(kill);
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
    kill,
    async stop() {
      server.kill();
      await ended;
      running.delete(kill);
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * A cluster of masters without replicas.
 *
 * @returns {Promise<{ url: string, masters: Server[], stop(): Promise<void> }>}
 */
export async function startCluster(count = 3) {
  const start = async () =>
    // The default, 10,000 above the port, may be beyond the last port.
    startRedis(["--cluster-enabled", "yes", "--cluster-port", String(await freePort())]);
  const masters = await Promise.all(Array.from({ length: count }, start));
  const clients = await Promise.all(masters.map(({ url }) => createClient({ url }).connect()));
  const slots = (index) => Math.round((index * 16384) / count);
  const [first] = masters;
  const [introducer] = clients;
  const meet = [];
  for (const [index, client] of clients.entries()) {
    await client.sendCommand([
      "CLUSTER",
      "ADDSLOTSRANGE",
      String(slots(index)),
      String(slots(index + 1) - 1),
    ]);
    const busPort = (await client.configGet("cluster-port"))["cluster-port"];
    if (index > 0) meet.push(["CLUSTER", "MEET", "127.0.0.1", String(masters[index].port), busPort]);
  }
  const isReady = async (client) => {
    const info = await client.sendCommand(["CLUSTER", "INFO"]);
    return info.includes("cluster_state:ok") && (await client.clusterSlots()).length === count;
  };
  const deadline = Date.now() + CLUSTER_TIMEOUT;
  for (let ready = false; !ready; ready = (await Promise.all(clients.map(isReady))).every(Boolean)) {
    if (Date.now() > deadline) throw new Error("The cluster does not come up.");
    // A first introduction may be lost on a busy machine.
    for (const command of meet) await introducer.sendCommand(command);
    await setTimeout(500);
  }
  for (const client of clients) client.destroy();
  return {
    url: first.url,
    masters,
    async stop() {
      await Promise.all(masters.map((master) => master.stop()));
    },
  };
}

export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
