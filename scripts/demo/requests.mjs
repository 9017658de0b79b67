const label = () => {
  const body = new FormData();
  body.set("label", new File(["Darjeeling, first flush"], "label.txt", { type: "text/plain" }));
  return { method: "POST", body };
};

/**
 * What the demo requests. Each request reads one entry: that of a `"use cache"` function, or that of a whole page.
 *
 * @typedef {{ title: string, path: string, page?: boolean, init?: () => RequestInit }} Request
 *
 * @type {Request[]}
 */
export const REQUESTS = [
  { title: "/price", path: "/price" },
  { title: "/search (object)", path: "/search" },
  { title: "/products/tea (params)", path: "/products/tea" },
  { title: "/rate (remote)", path: "/rate" },
  { title: "/label (file)", path: "/label", init: label },
  { title: "/about (page)", path: "/about", page: true },
  { title: "/feed (route handler)", path: "/feed", page: true },
  { title: "/help (Pages Router)", path: "/help", page: true },
];

/** The value in a response. It ends in the deployment that computed it and a random number, such as ` blue#2e2d`. */
export const valueIn = (text) => /<output>(.*?)<\/output>/.exec(text)?.[1] ?? text;

/** The deployment that computed a value. */
export const ownerOf = (/** @type {string} */ value) => / ([\w-]+)#[0-9a-f]{4}$/.exec(value)?.[1];
