// Tests one build that serves two deployments, in a real browser: pages change without a reload, whichever deployment answers.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { once } from "node:events";
import test from "ava";
import { chromium } from "playwright-core";
import { createApp } from "./helpers/vinext-app.mjs";

const ID = "process.env.NEXT_DEPLOYMENT_ID";
const appPage = (name, other) => `
  import Link from "next/link";
  import { Counter } from "../counter";
  export const dynamic = "force-dynamic";
  export default () =>
    <main id="${name}"><i>{${ID}}</i><Counter /><Link href="/${other}">go</Link></main>;`;
const pagesPage = (name, other, load) => `
  import Link from "next/link";
  export async function ${load}() {
    return { props: { id: ${ID} ?? null } };
  }
  export default ({ id }) => <main id="${name}"><i>{id}</i><Link href="/${other}">go</Link></main>;`;

const files = {
  "app/page.jsx": null,
  "app/report/route.js": null,
  "app/counter.jsx": `
    "use client";
    import { useEffect, useState } from "react";
    export function Counter() {
      const [ready, setReady] = useState(false);
      useEffect(() => setReady(true), []);
      return <b data-ready={ready}>{String(${ID})}</b>;
    }`,
  "app/still/page.jsx": `
    export default () => <p>{String(process.env.PRERENDERED)}</p>;`,
  "app/one/page.jsx": appPage("one", "two"),
  "app/two/page.jsx": appPage("two", "one"),
  "pages/first.jsx": pagesPage("first", "second", "getServerSideProps"),
  "pages/second.jsx": pagesPage("second", "first", "getStaticProps"),
};

function which(name) {
  try {
    return execFileSync("which", [name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    // It is not installed.
  }
}
const executablePath = ["chromium", "chromium-browser", "google-chrome"].map(which).find(Boolean);
// In CI a missing browser is an error, so that these tests are not skipped unseen.
const inBrowser = executablePath || process.env.CI ? test.serial : test.serial.skip;
if (!executablePath) console.warn("\nchromium is not installed: the tests in a browser do not run.\n");

let app, browser, proxy;
const servers = {};
let current = "v1";

if (executablePath) {
  test.before("build, and serve two deployments behind one address", async (t) => {
    t.timeout(5 * 60_000);
    app = createApp("flat", { buildId: "img" }, { files });
    await app.build({
      PLUGIN: "after",
      OPTIONS: '{"runtimeDeploymentId":true}',
      // Prerendered pages are in memory alone, so only vinext's own cache serves them.
      VINEXT: '{"cache":{}}',
      PRERENDER: "yes",
      PRERENDERED: "yes",
    });
    for (const id of ["v1", "v2"])
      servers[id] = await app.start({ NEXT_DEPLOYMENT_ID: id, CACHE_DATABASE: "" });
    proxy = createServer((incoming, outgoing) => {
      const { hostname, port } = new URL(servers[current].url);
      const { method, url: path, headers } = incoming;
      const forwarded = request({ hostname, port, method, path, headers }, (response) => {
        outgoing.writeHead(response.statusCode, response.headers);
        response.pipe(outgoing);
      });
      incoming.pipe(forwarded);
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    // Chromium does not start its sandbox for root.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({ executablePath, args });
  });
}
test.after.always(async () => {
  await browser?.close();
  proxy?.close();
  for (const server of Object.values(servers)) await server.stop();
  if (app) rmSync(app.root, { recursive: true, force: true });
});

inBrowser("each deployment serves what the build has prerendered", async (t) => {
  for (const { url } of Object.values(servers)) {
    const response = await fetch(`${url}/still`);
    t.is(response.headers.get("x-vinext-cache"), "HIT");
    t.regex(await response.text(), /<p>yes<\/p>/);
  }
});

for (const [router, from, to] of [
  ["App Router", "one", "two"],
  ["Pages Router", "first", "second"],
]) {
  inBrowser(`${router}: pages change without a reload, also when another deployment answers`, async (t) => {
    const page = await browser.newPage();
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    current = "v1";
    await page.goto(`http://127.0.0.1:${proxy.address().port}/${from}`);
    t.is(await page.textContent(`#${from} i`), "v1");
    if (router === "App Router") {
      await page.waitForSelector("b[data-ready=true]");
      t.is(await page.textContent("b"), "false", "a client component has the build's ID");
    }
    await page.evaluate(() => (globalThis.sameDocument = true));
    for (const [id, target] of [
      ["v1", to],
      ["v2", from],
      ["v2", to],
      ["v1", from],
    ]) {
      current = id;
      await page.click("main a");
      await page.waitForSelector(`#${target}`);
      t.true(await page.evaluate(() => globalThis.sameDocument), `${id} answers for ${target}`);
      if (router === "App Router" || target === "first")
        t.regex(await page.textContent(`#${target} i`), /^v[12]$/);
    }
    t.deepEqual(
      said.filter((text) => /hydrat|did not match|error|warning/i.test(text)),
      [],
    );
    await page.close();
  });
}
