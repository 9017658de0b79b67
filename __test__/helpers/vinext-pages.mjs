// An app with an entry of every family of keys, and a store that all its servers share and that logs who uses which key.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const example = (name) =>
  fileURLToPath(new URL(`../../examples/two-deployments/cache/${name}`, import.meta.url));

/** The example's adapters for SQLite and Redis, in a wrapper that logs. */
const adapter = `
  import { appendFileSync } from "node:fs";
  const { REDIS_URL, LOG, SERVER } = process.env;
  const { default: create } = REDIS_URL
    ? await import(${JSON.stringify(example("redis.js"))})
    : await import(${JSON.stringify(example("sqlite.js"))});
  const log = (op, key, hit) => {
    if (LOG) appendFileSync(LOG, JSON.stringify({ server: SERVER, op, key, hit }) + "\\n");
  };
  export default () => {
    const store = create();
    return {
      async get(key, context) {
        const entry = await store.get(key, context);
        log("get", key, entry !== null);
        return entry;
      },
      async set(key, value, context) {
        await store.set(key, value, context);
        log("set", key);
      },
      revalidateTag: (tags) => store.revalidateTag(tags),
    };
  };`;

/** The name of the server that made a page, and a random number, as the page shows them. */
const MADE = "[process.env.SERVER, process.env.FIXED ?? Math.random()].join(' ')";

const common = { "adapter.mjs": adapter, "app/page.jsx": null, "app/report/route.js": null };

/** The other settings of next.config that the app needs. */
export const i18n = { i18n: { locales: ["en", "fr"], defaultLocale: "en" } };
export const cacheComponents = { cacheComponents: true };

/** Both routers. A page of the App Router calls one function of each way to cache data. */
export const classic = {
  ...common,
  "app/isr/page.jsx": `
    import { unstable_cache } from "next/cache";
    import { Client } from "../client";
    export const revalidate = 60;
    async function cached() {
      "use cache";
      return ${MADE};
    }
    const shared = unstable_cache(async () => ${MADE}, ["shared"], { tags: ["shared"] });
    export default async function Page() {
      const data = await fetch(process.env.DATA, { next: { revalidate: 60, tags: ["data"] } });
      const text = [await cached(), await shared(), await data.text()].join("; ");
      const id = String(process.env.NEXT_DEPLOYMENT_ID);
      return <><p id="made" data-id={id}>{${MADE} + "; " + text}</p><Client /></>;
    }`,
  "app/client.jsx": `
    // Rendered on the server and in browsers.
    "use client";
    export const Client = () => <i data-client={String(process.env.NEXT_DEPLOYMENT_ID)}>process.env.NEXT_DEPLOYMENT_ID</i>;`,
  "app/item/[slug]/page.jsx": `
    export const revalidate = 1;
    export const dynamicParams = true;
    export const generateStaticParams = () => [{ slug: "known" }];
    export default async function Page({ params }) {
      return <p>{(await params).slug + " " + ${MADE}}</p>;
    }`,
  "app/cached/route.js": `
    export const dynamic = "force-static";
    export const revalidate = 60;
    export const GET = () => new Response(${MADE});`,
  "app/sitemap.js": `
    export const revalidate = 60;
    export default () => [{ url: "https://example.com/" + encodeURIComponent(${MADE}) }];`,
  "app/id/route.js": `
    export const dynamic = "force-dynamic";
    export const GET = () => Response.json(process.env.NEXT_DEPLOYMENT_ID ?? null);`,
  "app/revalidate/route.js": `
    import { revalidatePath, revalidateTag } from "next/cache";
    export const dynamic = "force-dynamic";
    export async function POST(request) {
      const { tag, path } = await request.json();
      if (tag) revalidateTag(tag, { expire: 0 });
      if (path) revalidatePath(path);
      return new Response("done");
    }`,
  "pages/legacy.jsx": `
    export async function getStaticProps() {
      return { props: { made: ${MADE}, id: String(process.env.NEXT_DEPLOYMENT_ID) }, revalidate: 60 };
    }
    export default function Legacy({ made, id }) {
      return <p id="made" data-id={id}>{made}</p>;
    }`,
  "pages/post/[slug].jsx": `
    export const getStaticPaths = () => ({ paths: [{ params: { slug: "known" } }], fallback: "blocking" });
    export async function getStaticProps({ params, locale }) {
      return { props: { made: [params.slug, locale, ${MADE}].join(" ") }, revalidate: 60 };
    }
    export default ({ made }) => <p>{made}</p>;`,
};

/** Partial prerendering, which the other app's route options exclude. */
export const components = {
  ...common,
  "app/[lang]/layout.jsx": `
    export default function Layout({ children }) {
      return <html><body>{children}</body></html>;
    }
    export const generateStaticParams = () => [{ lang: "en" }];`,
  "app/layout.jsx": null,
  "app/[lang]/item/[slug]/page.jsx": `
    import { Suspense } from "react";
    import { cacheLife } from "next/cache";
    async function Made() {
      "use cache";
      cacheLife("minutes");
      return <p>{${MADE}}</p>;
    }
    async function Slug({ params }) {
      return <b>{(await params).slug}</b>;
    }
    export default function Page({ params }) {
      return <><Made /><Suspense fallback="…"><Slug params={params} /></Suspense></>;
    }`,
  "app/[lang]/page.jsx": `
    import { cacheLife } from "next/cache";
    export default async function Page() {
      "use cache";
      cacheLife("minutes");
      return <p>{${MADE}}</p>;
    }`,
};

/** The log of a store: its lines, and the entries that another deployment read. */
export class StoreLog {
  /** @param {string} folder */
  constructor(folder) {
    this.file = join(folder, "log.jsonl");
    this.clear();
  }

  clear() {
    writeFileSync(this.file, "");
  }

  lines() {
    return readFileSync(this.file, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  keys(server) {
    const lines = this.lines().filter((line) => server === undefined || line.server === server);
    return [...new Set(lines.map(({ key }) => key))].sort();
  }

  /**
   * The keys of entries that one deployment wrote and another one read.
   *
   * @param {Record<string, string>} deployments by server
   */
  crossed(deployments) {
    const writers = new Map();
    const crossed = new Set();
    for (const { server, op, key, hit } of this.lines()) {
      if (op === "set") writers.set(key, deployments[server]);
      else if (hit && writers.get(key) !== deployments[server]) crossed.add(key);
    }
    return [...crossed].sort();
  }
}

export const familyOf = (key) =>
  /^(?:deployment:[\w-]+:)?(use-cache|app-fallback-shell|app|pages|unstable_cache):/.exec(key)?.[1] ??
  (/^[0-9a-f]{64}$/.test(key) ? "fetch" : key);
