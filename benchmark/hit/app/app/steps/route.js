/** What the steps took since the last request, in microseconds. */
export async function POST() {
  const { steps = {} } = globalThis;
  globalThis.steps = {};
  return Response.json(steps);
}
