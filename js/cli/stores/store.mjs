// What every store offers to `purge` and `inspect`.

/**
 * @typedef {object} Deletion What became of some keys.
 * @property {number} deleted
 * @property {number} missing Keys that were gone already: expired, evicted, or listed twice.
 * @property {number} unanswered Keys that may be deleted or not: the command was sent, and no answer came.
 * @property {Map<string, number>} failures How many keys were refused or unanswered, by the reason.
 *
 * @typedef {object} StoreNode One server of a store.
 * @property {string} name
 * @property {() => AsyncIterable<Buffer[]>} keys Every key, in batches. A key may come twice.
 * @property {(keys: Buffer[]) => Promise<Deletion>} delete
 * @property {(keys: Buffer[]) => Promise<number[]>} [memory] The bytes that each key and its value take.
 *
 * @typedef {object} Store
 * @property {string} name
 * @property {StoreNode[]} nodes
 * @property {() => Promise<string | undefined>} elsewhere A hint where the keys may be, if this store has none.
 * @property {() => Promise<string | undefined>} [moving] Why keys may have been missed, if they moved between the nodes since the
 *   store was opened.
 * @property {() => Promise<void>} close
 */

/** Counts one outcome for some keys. @param {Map<string, number>} failures @param {string} message */
export function countFailure(failures, message, keys = 1) {
  failures.set(message, (failures.get(message) ?? 0) + keys);
}

/** An error in the store's own words. Where a name has several addresses, the error of each is in a list. */
export function wordsOf(/** @type {unknown} */ error) {
  const { message, code, errors } = /** @type {Error & { code?: string, errors?: Error[] }} */ (error);
  return message || errors?.[0]?.message || code || String(error);
}
