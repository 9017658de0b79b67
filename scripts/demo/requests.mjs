const label = () => {
  const body = new FormData();
  body.set("label", new File(["Darjeeling, first flush"], "label.txt", { type: "text/plain" }));
  return { method: "POST", body };
};

/** One cached function each. */
export const REQUESTS = [
  { title: "/price", path: "/price" },
  { title: "/search (object)", path: "/search" },
  { title: "/products/tea (params)", path: "/products/tea" },
  { title: "/rate (remote)", path: "/rate" },
  { title: "/label (file)", path: "/label", init: label },
];

/** What a response shows of what its function returned. */
export const valueIn = (text) => /<output>(.*?)<\/output>/.exec(text)?.[1] ?? text;
