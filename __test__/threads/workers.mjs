// Starts and ends threads while they call, each with an environment of its own; prints how many were right. Then ends
// threads in the midst of a call, and at last the process.
//   node workers.mjs <implementation> <threads>
import { once } from "node:events";
import { Worker } from "node:worker_threads";

const [implementation, threads] = [process.argv[2], Number(process.argv[3])];
const AT_ONCE = 8;

const start = (number, endless) =>
  new Worker(new URL("worker.mjs", import.meta.url), {
    workerData: { implementation, number, endless },
    env: { NEXT_DEPLOYMENT_ID: `worker-${number}` },
  });

let next = 0;
let right = 0;
async function runSome() {
  while (next < threads) {
    const worker = start(next++, false);
    worker.on("message", (message) => (right += message.right === true ? 1 : 0));
    await once(worker, "exit");
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, runSome));

let ended = 0;
for (let number = 0; number < threads / 10; number++) {
  const worker = start(number, true);
  await once(worker, "message");
  await worker.terminate();
  ended += 1;
}

const running = Array.from({ length: AT_ONCE }, (_, number) => start(number, true));
await Promise.all(running.map((worker) => once(worker, "message")));
console.log(JSON.stringify({ right, ended }));
process.exit(7);
