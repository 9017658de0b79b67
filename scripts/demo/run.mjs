// The demo's course, step by step.
import { check } from "./checks.mjs";
import { Stage } from "./stage.mjs";
import { take } from "./steps.mjs";
import { Visitor } from "./visit.mjs";

/**
 * @param {{ a: string, b: string, settings: Record<string, string | undefined>, json: boolean }} options
 * @param {AbortSignal} signal
 */
export async function runDemo({ a: idA, b: idB, settings, json }, signal) {
  const a = { name: "a", deploymentId: idA };
  const b = { name: "b", deploymentId: idB };
  const stockA = { name: "stock-a", deploymentId: idA, stock: true };
  const stockB = { name: "stock-b", deploymentId: idB, stock: true };
  const all = [a, b, stockA, stockB];
  const stage = new Stage(settings, signal);
  const visitor = new Visitor(stage.database);
  const servers = new Map();
  const visits = {};
  const start = async (deployment) => servers.set(deployment, await stage.start(deployment));
  const visit = (deployment) => visitor.visit(servers.get(deployment), deployment);
  const steps = [
    { title: `Build ${idA}`, task: () => stage.build(a) },
    { title: `Build ${idB}, from the same source`, task: () => stage.build(b) },
    { title: `Build ${idA} again, without the plugin`, task: () => stage.build(stockA) },
    { title: `Build ${idB} again, without the plugin`, task: () => stage.build(stockB) },
    { title: "Start all four over one empty cache", task: () => Promise.all(all.map(start)) },
    {
      title: `Visit ${idA}, then ${idB}`,
      task: async () => {
        visits.a = await visit(a);
        visits.b = await visit(b);
      },
    },
    {
      title: `Restart ${idA} and visit it again`,
      task: async () => {
        await servers.get(a).stop();
        await start(a);
        visits.restarted = await visit(a);
      },
    },
    {
      title: `Visit ${idA}, then ${idB}, without the plugin`,
      task: async () => {
        visits.stockA = await visit(stockA);
        visits.stockB = await visit(stockB);
      },
    },
  ];
  try {
    await take(steps, { json });
  } finally {
    visitor.close();
    await stage.close();
  }
  return { buildId: settings.BUILD_ID, visits, checks: check(visits) };
}
