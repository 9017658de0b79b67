// `purge` on a real Valkey, from Debian's package of it.
import { fileURLToPath } from "node:url";
import { createClient } from "@redis/client";
import test from "ava";
import { buildUseCacheKey } from "../index.js";
import { unpackDebian } from "../scripts/lib/debian.mjs";
import { takeLock } from "../scripts/lib/lock.mjs";
import { run } from "./helpers/cli.mjs";
import { startRedis } from "./helpers/redis.mjs";

const folder = fileURLToPath(new URL("../target/valkey", import.meta.url));
const LIBRARIES = `${folder}/usr/lib/x86_64-linux-gnu`;

// The package needs a newer C library than this machine may have, so it brings its own.
const COMMAND = [
  `${LIBRARIES}/ld-linux-x86-64.so.2`,
  "--library-path",
  LIBRARIES,
  `${folder}/usr/bin/valkey-server`,
];

const keysOf = (seed, count) =>
  Array.from({ length: count }, (_, index) => buildUseCacheKey(`["/srv/a.tsx:f${index}","r"]`, seed, "[]"));

(process.platform === "linux" && process.arch === "x64" ? test : test.skip)(
  "Valkey (from Debian, so on Linux x64 alone)",
  async (t) => {
    const release = takeLock("valkey");
    await unpackDebian(folder, ["valkey-server"], { release: "trixie" }).finally(release);
    const valkey = await startRedis([], COMMAND);
    t.teardown(valkey.stop);
    const client = await createClient({ url: valkey.url }).connect();
    t.teardown(() => client.destroy());
    t.regex(await client.info("server"), /^valkey_version:8\.1/m);
    const kept = [...keysOf("v2", 100), "session:1"];
    await client.mSet([...keysOf("v1", 300), ...kept].flatMap((key) => [key, "entry"]));
    const url = valkey.url.replace("redis:", "valkey:");
    t.regex((await run(["purge", url, "--keep", "v2"])).out, /300 keys would be deleted/);
    const { code, out } = await run(["purge", url, "--keep", "v2", "--yes"]);
    t.is(code, 0);
    t.regex(out, /300 of 300 keys deleted/);
    t.deepEqual((await client.keys("*")).sort(), kept.toSorted());
    await client.sendCommand(["ACL", "SETUSER", "reader", "on", ">pass", "~*", "+@read"]);
    await client.set(keysOf("v1", 1)[0], "entry");
    const refused = await run(["purge", url.replace("//", "//reader:pass@"), "--keep", "v2", "--yes"]);
    t.is(refused.code, 1);
    t.regex(refused.err, /1 key not deleted\.\n1 key: .*NOPERM/);
  },
);
