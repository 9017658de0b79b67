// How old an entry may be.

/** @param {{ lastModified: number, cacheControl?: { revalidate?: number | false, expire?: number } }} entry */
export function stateOf({ lastModified, cacheControl: { revalidate, expire = Infinity } = {} }) {
  const age = (Date.now() - lastModified) / 1000;
  if (age > expire) return "expired";
  return revalidate !== false && age > (revalidate ?? Infinity) ? "stale" : "fresh";
}
