// Which version of the Worker runs. The plugin scopes keys by the same ID.
import { env } from "cloudflare:workers";

export const version = () => env.NEXT_DEPLOYMENT_ID || env.RELEASE.id;

/** Shows which version computed a value, and whether it was computed anew. */
export const stamp = (value) => `${value} ${version()}#${crypto.randomUUID().slice(0, 4)}`;
