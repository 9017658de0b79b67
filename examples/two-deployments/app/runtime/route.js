import { createRequire } from "node:module";
import path from "node:path";

// Resolves packages as the server does: a standalone build has copies of its own.
const require = createRequire(path.join(process.cwd(), "package.json"));

/** Which implementation derives this server's keys, or null for vinext's own. */
export async function GET() {
  // Loading the package here would prove nothing: it counts if the cache runtime has loaded it.
  const loaded = require.cache[require.resolve("vinext-cache-key")];
  return Response.json(loaded ? loaded.exports.implementation : null);
}
