// The adapter of the example for Workers, over a KV that fails. docs/reliability.md has the promise.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";
import { modernNode } from "../scripts/lib/modern-node.mjs";
import { installExample, workerdRunsHere } from "./helpers/worker-app.mjs";

const ADAPTER = new URL("../examples/workers/cache/kv.js", import.meta.url).href;

(workerdRunsHere ? test : test.skip)(
  "Workers KV that fails: a read is a miss, a write is reported, and a tag is not revalidated in silence",
  async (t) => {
    installExample();
    const code = `
      import createHandler, { BINDING } from ${JSON.stringify(ADAPTER)};
      const refuse = (status) => () => Promise.reject(new Error(status));
      const failing = { get: refuse("503"), put: refuse("429"), delete: refuse("503") };
      const damaged = { ...failing, get: async () => '{"value":', delete: async () => {} };
      const value = { kind: "FETCH", data: { headers: {}, body: "", url: "" }, tags: [], revalidate: 10 };
      const handler = createHandler({ env: { [BINDING]: failing } });
      const results = [
        await handler.get("use-cache:build:v1:id", {}),
        await createHandler({ env: { [BINDING]: damaged } }).get("use-cache:build:v1:id", {}),
        (await handler.set("use-cache:build:v1:id", value, {})) ?? null,
        await handler.revalidateTag("tag").then(() => "revalidated", () => "not revalidated"),
      ];
      console.log(JSON.stringify(results));`;
    const args = ["--input-type=module", "--eval", code];
    const { stdout, stderr } = await promisify(execFile)(modernNode(), args);
    t.deepEqual(JSON.parse(stdout), [null, null, null, "not revalidated"]);
    t.deepEqual(stderr.trim().split("\n"), ["Workers KV: 503", "Workers KV: 429"]);
  },
);
