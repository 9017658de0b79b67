// Times what needs processes of its own: loading the package, and threads side by side.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

const entry = fileURLToPath(new URL("../index.js", import.meta.url));

/** Milliseconds that `require` takes in a new process. */
export function requireTime(median) {
  const code = `const start = performance.now(); require(${JSON.stringify(entry)}); console.log(performance.now() - start)`;
  return median(
    Array.from({ length: 21 }, () =>
      Number(execFileSync(process.execPath, ["-e", code], { encoding: "utf8" })),
    ),
  );
}

const SECONDS = 2;

/** Keys of small arguments that this many threads derive in a second, together. */
export async function throughput(threads) {
  const body = `
    const { parentPort } = require("node:worker_threads");
    const { deriveUseCacheKey } = require(${JSON.stringify(entry)});
    const args = { version: 1, reply: "[]", pagePropsIndex: undefined };
    const end = performance.now() + ${SECONDS * 1000};
    let calls = 0;
    for (; performance.now() < end; calls += 1000) {
      for (let call = 0; call < 1000; call++) deriveUseCacheKey("/app/page.tsx:default", "v1", args);
    }
    parentPort.postMessage(calls);`;
  const counts = Array.from({ length: threads }, () => {
    const worker = new Worker(body, { eval: true });
    return new Promise((done, fail) => worker.once("message", done).once("error", fail));
  });
  return (await Promise.all(counts)).reduce((sum, calls) => sum + calls) / SECONDS;
}
