// A route handler that uses the package itself.
import { implementation, useCacheKeyPrefix } from "vinext-cache-key";

export const dynamic = "force-dynamic";

export const GET = () => Response.json({ implementation, prefix: useCacheKeyPrefix("v1") });
