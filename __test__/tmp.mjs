import { startRedis, startCluster } from "./helpers/redis.mjs";
import { createClient, createCluster } from "@redis/client";
import { buildUseCacheKey } from "../index.js";
import { spawnSync } from "node:child_process";
const cluster = process.argv[2] === "cluster";
const store = cluster ? await startCluster() : await startRedis();
const client = cluster
  ? createCluster({ rootNodes: [{ url: store.url }], defaults: { commandOptions: { timeout: 0 } } })
  : createClient({ url: store.url, commandOptions: { timeout: 0 } });
await client.connect();
const count = 200_000;
const digest = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwj";
for (let done = 0; done < count; done += 5000) {
  const keys = [];
  for (let index = done; index < done + 5000; index += 1) {
    const id = JSON.stringify([`/srv/shop/app/p${index % 97}/page.tsx:default`, "0a1b2c3d4e5f"]);
    const seed = index % 10 === 0 ? "live" : `dpl_${index % 7}`;
    keys.push(`${buildUseCacheKey(id, seed, digest)}${index}`);
  }
  if (cluster) await Promise.all(keys.map((k) => client.set(k, "entry")));
  else await client.mSet(keys.flatMap((k) => [k, "entry"]));
}
client.destroy();
for (const args of [[], ["--yes"]]) {
  const r = spawnSync(
    "bash",
    [
      "-c",
      `TIMEFORMAT='%R s real %U user %S sys'; time node js/cli.mjs purge ${store.url} --keep live ${args.join(" ")} | tail -1`,
    ],
    { encoding: "utf8" },
  );
  console.log(r.stdout, r.stderr);
}
for (const s of cluster ? store.masters : [store])
  console.log(
    spawnSync("redis-cli", ["-u", s.url, "info", "cpu"], { encoding: "utf8" })
      .stdout.split("\n")
      .slice(1, 3)
      .join(" "),
  );
await store.stop();
process.exit();
