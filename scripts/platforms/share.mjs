/**
 * The share of the many cases on an emulated processor or system. It is one in an odd number, so that the cases do not repeat a
 * pattern.
 */
export const EMULATED = 1 / 11;
