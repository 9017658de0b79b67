// The plugin's options, in a real app: what they make of servers that share a cache.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { resolveConfig } from "vite";
import vinextCacheKey from "vinext-cache-key/vite";
import { createApp } from "./helpers/vinext-app.mjs";

const REQUESTS = 1000;
const PRODUCTS = 50;

const files = {
  /** Entries in a folder, for any number of servers. */
  "adapter.mjs": `
    import { createHash } from "node:crypto";
    import { readFile, rename, writeFile } from "node:fs/promises";
    const file = (key) => process.env.CACHE + "/" + createHash("sha256").update(key).digest("hex");
    export default () => ({
      get: (key) => readFile(file(key), "utf8").then(JSON.parse, () => null),
      async set(key, value) {
        const draft = file(key) + "." + process.pid;
        await writeFile(draft, JSON.stringify({ lastModified: Date.now(), value }));
        await rename(draft, file(key));
      },
      async revalidateTag() {},
    });`,
  "app/price/route.js": `
    async function price(product) {
      "use cache";
      return { product, server: process.env.SERVER };
    }
    export const dynamic = "force-dynamic";
    export async function GET(request) {
      return Response.json(await price(new URL(request.url).searchParams.get("product")));
    }`,
  "app/terms/page.jsx": `
    async function terms() {
      "use cache";
      return "Terms and conditions";
    }
    export default async function Terms() {
      return <p>{await terms()}</p>;
    }`,
  "app/upload/route.js": `
    async function describe(file) {
      "use cache";
      return file.name + ", " + file.type + ", " + (await file.text());
    }
    export async function POST(request) {
      return new Response(await describe((await request.formData()).get("file")));
    }`,
};

/** An app with one cache for all its servers, to be gone after the test. */
function appFor(t, identity) {
  const app = createApp("flat", identity);
  const CACHE = join(app.root, "cache");
  mkdirSync(CACHE);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(app.directory, path, ".."), { recursive: true });
    writeFileSync(join(app.directory, path), text);
  }
  t.teardown(() => rmSync(app.root, { recursive: true, force: true }));
  const start = async (env) => {
    const server = await app.start({ CACHE, ...env });
    t.teardown(server.stop);
    return server;
  };
  return { ...app, build: (env) => app.build({ CACHE, PLUGIN: "after", ...env }), start };
}

test.serial("one build serves many deployments, and none reads what another has cached", async (t) => {
  const app = appFor(t, { buildId: "image" });
  await app.build({ RUNTIME_ID: "yes" });
  const ids = { red: "red", blue: "blue", blueAgain: "blue" };
  const servers = {};
  for (const [name, id] of Object.entries(ids)) {
    servers[name] = await app.start({ SERVER: name, NEXT_DEPLOYMENT_ID: id });
  }
  const price = async (name, product) =>
    JSON.parse(await servers[name].get(`/price?product=${product}`)).server;

  for (let index = 0; index < REQUESTS; index += 1) {
    const name = index % 2 ? "red" : "blue";
    t.is(await price(name, Math.trunc(index / 2) % PRODUCTS), name);
  }
  for (let product = 0; product < PRODUCTS; product += 1) {
    t.is(await price("blueAgain", product), "blue", "another process of the deployment reads its entries");
  }

  const stock = appFor(t, { buildId: "image" });
  await stock.build({ PLUGIN: "" });
  servers.stockRed = await stock.start({ SERVER: "stockRed", NEXT_DEPLOYMENT_ID: "red" });
  servers.stockBlue = await stock.start({ SERVER: "stockBlue", NEXT_DEPLOYMENT_ID: "blue" });
  t.is(await price("stockRed", 1), "stockRed");
  t.is(await price("stockBlue", 1), "stockRed", "in vinext's own build the entry crosses");
});

test.serial(
  "a server without a deployment ID, or with another than the configured one, does not start",
  async (t) => {
    const free = appFor(t, { buildId: "image" });
    await free.build({ RUNTIME_ID: "yes" });
    await t.throwsAsync(free.start({}), { message: /ERR_RUNTIME_DEPLOYMENT_ID_MISSING/ });
    await t.throwsAsync(free.start({ NEXT_DEPLOYMENT_ID: "" }), {
      message: /ERR_RUNTIME_DEPLOYMENT_ID_MISSING/,
    });
    await t.throwsAsync(free.start({ NEXT_DEPLOYMENT_ID: "a b" }), {
      message: /ERR_DEPLOYMENT_ID_INVALID_CHARACTERS/,
    });

    const configured = appFor(t, { buildId: "image", deploymentId: "v1" });
    const mismatch = { message: /ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH/ };
    await t.throwsAsync(configured.build({ RUNTIME_ID: "yes", NEXT_DEPLOYMENT_ID: "v2" }), mismatch);
    await configured.build({ RUNTIME_ID: "yes" });
    await t.throwsAsync(configured.start({ NEXT_DEPLOYMENT_ID: "v2" }), mismatch);
    await t.notThrowsAsync(configured.start({ NEXT_DEPLOYMENT_ID: "v1" }));
  },
);

test.serial("a build that prerenders needs no deployment ID", async (t) => {
  const app = appFor(t, { buildId: "image" });
  const output = await app.build({ RUNTIME_ID: "yes", PRERENDER: "yes" });
  t.regex(output, /Prerendered [1-9]/);
});

test.serial("files of one content and two names share an entry, unless fileMetadata is set", async (t) => {
  const app = appFor(t, { buildId: "b" });
  const uploads = async (env) => {
    await app.build(env);
    const server = await app.start();
    const upload = (name, type) => {
      const body = new FormData();
      body.set("file", new File(["<script>"], name, { type }));
      return server.get("/upload", { method: "POST", body });
    };
    return [await upload("a.txt", "text/plain"), await upload("evil.html", "text/html")];
  };
  t.deepEqual(await uploads({ PLUGIN: "" }), Array(2).fill("a.txt, text/plain, <script>"));
  t.deepEqual(await uploads({ FILE_METADATA: "yes" }), [
    "a.txt, text/plain, <script>",
    "evil.html, text/html, <script>",
  ]);
});

test.serial("what an option asks for is never dropped in silence", async (t) => {
  const app = appFor(t, { buildId: "b" });
  const file = join(app.directory, "node_modules/vinext/dist/shims/cache-flight-arguments.js");
  writeFileSync(file, readFileSync(file, "utf8").replace('"sha256"', '"sha512"'));
  for (const option of ["FILE_METADATA", "RUNTIME_ID"]) {
    await t.throwsAsync(app.build({ [option]: "yes" }), { message: /vinext 1\.4\.0 keeps deriving/ }, option);
  }
  for (const option of ["fileMetadata", "runtimeDeploymentId"]) {
    const plugins = [{ name: "vite-plugin-cloudflare" }, vinextCacheKey({ [option]: true })];
    const environments = { rsc: {}, ssr: {} };
    await t.throwsAsync(resolveConfig({ configFile: false, environments, plugins }, "build"), {
      message: /a Worker derives its keys as vinext does/,
    });
  }
});
