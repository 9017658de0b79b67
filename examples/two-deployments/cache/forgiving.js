// A store that fails costs time, not answers. vinext 1.4.0 itself answers a page of the Pages Router with status 500 where
// its handler throws.

/**
 * The same handler, but a read that fails is a miss, and a write that fails is only reported. Revalidating a tag must
 * not fail silently: old entries would stay.
 *
 * @template {{ get: Function, set: Function, revalidateTag: Function }} Handler
 * @param {Handler} handler @param {(error: Error) => void} report
 */
export const forgiving = (handler, report) => ({
  async get(...args) {
    try {
      return await handler.get(...args);
    } catch (error) {
      report(error);
      return null;
    }
  },
  async set(...args) {
    try {
      await handler.set(...args);
    } catch (error) {
      report(error);
    }
  },
  revalidateTag: handler.revalidateTag,
});
