// Tests the plugin's options in a real app, with servers that share a cache.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { resolveDeploymentId } from "vinext-cache-key";
import { builtSeed, readBuild } from "../js/cli/build.mjs";
import { writeFiles } from "./helpers/files.mjs";
import { createApp, statusOf } from "./helpers/vinext-app.mjs";

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

/** An app with one cache for all its servers. */
function createShop(layout) {
  const app = createApp(layout, { buildId: "image" });
  const CACHE = join(app.root, "cache");
  mkdirSync(CACHE);
  writeFiles(app.directory, files);
  const build = (env) => app.build({ CACHE, PLUGIN: "after", ...env });
  const start = async (t, env) => {
    const server = await app.start({ CACHE, ...env });
    t.teardown(server.stop);
    return server;
  };
  return { ...app, cache: CACHE, build, start };
}

const [shop, stock] = [createShop("fork"), createShop("flat")];
test.after.always(() => {
  for (const { root } of [shop, stock]) rmSync(root, { recursive: true, force: true });
});

const price = async (server, product) =>
  JSON.parse(await (await server).get(`/price?product=${product}`)).server;

test.serial("a build that prerenders needs no deployment ID, and writes nothing to the store", async (t) => {
  const output = await shop.build({
    OPTIONS: JSON.stringify({ runtimeDeploymentId: true }),
    PRERENDER: "yes",
  });
  t.regex(output, /Prerendered [1-9]/);
  t.regex(
    statusOf(output).join(),
    /^.* keys and pages are scoped by NEXT_DEPLOYMENT_ID of each server; derived/,
  );
  t.deepEqual(readdirSync(shop.cache), []);
  t.like(readBuild(shop.directory), { source: "record", atRunTime: true, options: { pages: true } });
});

test.serial("one build serves many deployments, and none reads what another has cached", async (t) => {
  const ids = { red: "red", blue: "blue", blueAgain: "blue" };
  const servers = {};
  for (const [name, id] of Object.entries(ids)) {
    servers[name] = await shop.start(t, { SERVER: name, NEXT_DEPLOYMENT_ID: id });
    t.regex(
      statusOf(servers[name].output()).join(),
      new RegExp(`keys and pages are scoped by deployment ID "${id}"; derived`),
    );
  }
  for (let index = 0; index < REQUESTS; index += 1) {
    const name = index % 2 ? "red" : "blue";
    t.is(await price(servers[name], Math.trunc(index / 2) % PRODUCTS), name);
  }
  for (let product = 0; product < PRODUCTS; product += 1) {
    t.is(
      await price(servers.blueAgain, product),
      "blue",
      "another process of the deployment reads its entries",
    );
  }

  await stock.build({ PLUGIN: "" });
  const start = (name) => stock.start(t, { SERVER: name, NEXT_DEPLOYMENT_ID: name });
  t.is(await price(start("red"), 1), "red");
  t.is(await price(start("blue"), 1), "red", "in vinext's own build the entry crosses");
});

test.serial("servers whose environment says that they prerender share no keys", async (t) => {
  const start = (name) => shop.start(t, { SERVER: name, NEXT_DEPLOYMENT_ID: "red", VINEXT_PRERENDER: "1" });
  t.is(await price(start("one"), 1), "one");
  const two = await start("two");
  t.is(await price(two, 1), "two");
  t.deepEqual(statusOf(two.output()), []);
});

test.serial("a server without a deployment ID does not start", async (t) => {
  const { message } = t.throws(() => resolveDeploymentId(undefined, {}, { runtimeServerDeploymentId: true }));
  const missing = {
    message: (output) =>
      [
        `Error: ${message}. `,
        "vinextCacheKey({ runtimeDeploymentId: true })",
        "Set NEXT_DEPLOYMENT_ID",
        "code: 'ERR_RUNTIME_DEPLOYMENT_ID_MISSING'",
      ].every((text) => output.includes(text)),
  };
  await t.throwsAsync(shop.start(t, {}), missing);
  await t.throwsAsync(shop.start(t, { NEXT_DEPLOYMENT_ID: "" }), missing);
  await t.throwsAsync(shop.start(t, { NEXT_DEPLOYMENT_ID: "a b" }), {
    message: /ERR_DEPLOYMENT_ID_INVALID_CHARACTERS/,
  });
});

test.serial("without its record, a build with run-time identity does not tell the deployment", (t) => {
  const record = join(shop.directory, "dist/server/vinext-cache-key.json");
  const text = readFileSync(record, "utf8");
  rmSync(record);
  t.teardown(() => writeFileSync(record, text));
  t.throws(() => builtSeed(shop.directory), { message: /take the deployment ID from their environment/ });
});

const RUNTIME = JSON.stringify({ runtimeDeploymentId: true });
const nextSwitch = JSON.stringify({ runtimeServerDeploymentId: true });
const inline = (nextConfig) => JSON.stringify({ nextConfig });
for (const [title, env, message] of [
  [
    "a configured ID",
    { IDENTITY: '{"buildId":"b","deploymentId":"v1"}', OPTIONS: RUNTIME },
    /deploymentId to "v1"/,
  ],
  ["an empty one", { IDENTITY: '{"buildId":"b","deploymentId":""}', OPTIONS: RUNTIME }, /deploymentId to ""/],
  [
    "one that is the environment's",
    { IDENTITY: '{"buildId":"b","deploymentId":"v2"}', NEXT_DEPLOYMENT_ID: "v2", OPTIONS: RUNTIME },
    /Remove deploymentId from next\.config\.mjs/,
  ],
  [
    "one in vinext's options",
    { VINEXT: inline({ deploymentId: "v1" }), OPTIONS: RUNTIME },
    /Remove deploymentId from vinext's option nextConfig/,
  ],
  [
    "a configured ID, with Next's own switch",
    { IDENTITY: '{"buildId":"b","deploymentId":"v1"}', EXPERIMENTAL: nextSwitch },
    /Remove deploymentId from next\.config\.mjs/,
  ],
  [
    "Next's own switch, switched off",
    { EXPERIMENTAL: nextSwitch, OPTIONS: JSON.stringify({ runtimeDeploymentId: false }) },
    /experimental\.runtimeServerDeploymentId: true\. Remove one of them/,
  ],
]) {
  test.serial(`a build fails that contradicts itself about its identity: ${title}`, async (t) => {
    await t.throwsAsync(stock.build(env), { message });
  });
}

test.serial("Next's own switch counts as the option", async (t) => {
  const output = await stock.build({ EXPERIMENTAL: nextSwitch, VITE: '{"logLevel":"silent"}' });
  t.deepEqual(statusOf(output), [], "a silent build does not say what scopes its keys");
  t.like(readBuild(stock.directory), {
    atRunTime: true,
    options: { runtimeDeploymentId: true, pages: true },
  });
  await t.throwsAsync(stock.start(t, {}), { message: /ERR_RUNTIME_DEPLOYMENT_ID_MISSING/ });
  const server = await stock.start(t, { SERVER: "green", NEXT_DEPLOYMENT_ID: "green" });
  t.is(await price(server, 1), "green");
});

test.serial("files of one content and two names share an entry, unless fileMetadata is set", async (t) => {
  const uploads = async (env) => {
    rmSync(stock.cache, { recursive: true });
    mkdirSync(stock.cache);
    await stock.build(env);
    const server = await stock.start(t);
    const upload = (name, type) => {
      const body = new FormData();
      body.set("file", new File(["<script>"], name, { type }));
      return server.get("/upload", { method: "POST", body });
    };
    return [await upload("a.txt", "text/plain"), await upload("evil.html", "text/html")];
  };
  t.deepEqual(await uploads({ PLUGIN: "" }), Array(2).fill("a.txt, text/plain, <script>"));
  t.deepEqual(await uploads({ OPTIONS: '{"fileMetadata":true}' }), [
    "a.txt, text/plain, <script>",
    "evil.html, text/html, <script>",
  ]);
});

test.serial("pages that a CDN adapter stores cannot be scoped", async (t) => {
  const cache = { cdn: { adapter: join(stock.directory, "adapter.mjs") } };
  await t.throwsAsync(stock.build({ VINEXT: JSON.stringify({ cache }), OPTIONS: '{"pages":true}' }), {
    message: /cache\.cdn adapter .* Remove the option "pages", or the adapter/,
  });
});

/** A plugin that has Vite load one of vinext's modules from a copy. */
const COPY = `
  const copy = fileURLToPath(new URL("copy/shims/cache-runtime.js", import.meta.url));
  plugins.push({
    name: "copy",
    enforce: "pre",
    resolveId: (id, from) => (/\\/cache-runtime(\\.js)?$/.test(id) && from !== copy ? copy : null),
  });
  export default`;

test.serial("an option that cannot take effect is an error", async (t) => {
  const config = join(stock.directory, "vite.config.mjs");
  const dist = join(stock.directory, "node_modules/vinext/dist");
  const text = readFileSync(config, "utf8");
  writeFileSync(config, text.replace("export default", COPY));
  cpSync(dist, join(stock.directory, "copy"), { recursive: true });
  const message = /did not rewrite .*copy\/shims\/cache-runtime\.js/;
  await t.throwsAsync(stock.build({ OPTIONS: '{"fileMetadata":true}' }), { message });
  t.is((await stock.build()).match(new RegExp(message, "g"))?.length, 1);
  t.deepEqual(readBuild(stock.directory).keys["use-cache"], "vinext");
  writeFileSync(config, text);

  const file = join(dist, "shims/cache-flight-arguments.js");
  writeFileSync(file, readFileSync(file, "utf8").replace('"sha256"', '"sha512"'));
  for (const OPTIONS of ['{"fileMetadata":true}', RUNTIME]) {
    await t.throwsAsync(stock.build({ OPTIONS }), { message: /vinext 1\.4\.0 keeps deriving/ }, OPTIONS);
  }
});
