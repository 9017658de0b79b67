// The demo's course, step by step.
import { Listr, PRESET_TIMER } from "listr2";
import { check } from "./checks.mjs";
import { Stage } from "./stage.mjs";

/**
 * @param {{ a: string, b: string, settings: Record<string, string | undefined>, json: boolean }} options
 * @param {AbortSignal} signal
 */
export async function runDemo({ a: idA, b: idB, settings, json }, signal) {
  const a = { name: "a", deploymentId: idA };
  const b = { name: "b", deploymentId: idB };
  const stock = { name: "stock", deploymentId: idA, stock: true };
  const stage = new Stage(settings, signal);
  const visits = {};
  const steps = [
    { title: `Build ${idA}`, task: () => stage.build(a) },
    { title: `Build ${idB}, from the same source`, task: () => stage.build(b) },
    { title: `Build ${idA} once more, with stock vinext`, task: () => stage.build(stock) },
    {
      title: "Start all three over one empty cache",
      task: () => Promise.all([a, b, stock].map((one) => stage.start(one))),
    },
    {
      title: `Visit ${idA}, then ${idB}`,
      task: async () => {
        visits.a = await stage.visit(a);
        visits.b = await stage.visit(b);
      },
    },
    {
      title: `Restart ${idA} and visit it again`,
      task: async () => {
        await stage.stop(a);
        await stage.start(a);
        visits.restarted = await stage.visit(a);
      },
    },
    {
      title: `Visit ${idA} with stock vinext`,
      task: async () => {
        visits.stock = await stage.visit(stock);
      },
    },
  ];
  const look = { timer: PRESET_TIMER, showErrorMessage: false };
  try {
    await new Listr(steps, {
      // Signals are the caller's, who ends the servers first.
      registerSignalListeners: false,
      renderer: json ? "silent" : "default",
      rendererOptions: look,
      fallbackRendererOptions: look,
    }).run();
  } finally {
    await stage.close();
  }
  return { buildId: settings.BUILD_ID, visits, checks: check(visits) };
}
