/** Marks a value with the deployment that computed it and a random number, so that a cached value differs from a new one. */
export const stamp = (value) =>
  `${value} ${process.env.NEXT_DEPLOYMENT_ID}#${crypto.randomUUID().slice(0, 4)}`;
