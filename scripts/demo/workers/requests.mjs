// One request for each kind of entry, and what a version of the Worker answers to them.
import { valueIn } from "../requests.mjs";

const label = (name) => () => {
  const body = new FormData();
  body.set("label", new File(["Darjeeling, first flush"], name, { type: "text/plain" }));
  return { method: "POST", body };
};

export const REQUESTS = [
  { title: "/greeting (function)", path: "/greeting?name=Ada" },
  { title: "/label (file)", path: "/label", init: label("a.txt") },
  { title: "/label (other name)", path: "/label", init: label("b.txt") },
  { title: "/products/tea (page)", page: true, path: "/products/tea" },
  { title: "/rate (route handler)", page: true, path: "/rate" },
  { title: "/archive (Pages Router)", page: true, path: "/archive" },
];

/** Sends every request to a version, and returns what was answered and which keys were read. */
export async function visit(version) {
  await version.request("/reads");
  const reads = [];
  for (const { title, path, page = false, init } of REQUESTS) {
    const value = valueIn(await version.request(path, init?.()));
    // vinext looks for a page that is not cached too.
    const read = JSON.parse(await version.request("/reads")).findLast(
      ({ key }) => key.startsWith("use-cache:") !== page,
    );
    reads.push({ request: title, page, value, ...read });
  }
  const { version: deploymentId, implementation } = JSON.parse(await version.request("/cache"));
  return { deploymentId, implementation, reads };
}
