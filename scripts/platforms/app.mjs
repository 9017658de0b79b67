// Builds and serves the example app with the Node that runs this script. Prints which implementation derived its keys.
import { fileURLToPath } from "node:url";
import { buildApp, startServer } from "../lib/vinext-server.mjs";

const app = fileURLToPath(new URL("../../examples/two-deployments", import.meta.url));
await buildApp(app);
const server = await startServer(app);
try {
  const page = await server.request("/rate");
  if (!page.includes("<output>")) throw new Error(`The page has no result:\n${page}`);
  console.log(await server.request("/runtime"));
} finally {
  await server.stop();
}
