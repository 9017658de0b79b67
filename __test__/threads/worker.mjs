// One thread: derives keys under the identity of its own environment and reports whether they are right; or, if told to
// go on for ever, derives keys until it is ended.
import { parentPort, workerData } from "node:worker_threads";
import { createHash } from "node:crypto";
import { implementations } from "../helpers/implementations.mjs";

const { implementation, number, endless } = workerData;
const [, api] = implementations.find(([name]) => name === implementation);

function derivesRightKeys(round) {
  const args = { version: 1, reply: `["${number}", ${round}, "${"é€\n".repeat(round % 50)}"]` };
  const digest = createHash("sha256").update(JSON.stringify(args)).digest("base64url");
  const key = `use-cache:build:worker-${number}:id:${digest}`;
  const seed = api.resolveUseCacheKeySeed();
  try {
    api.validateDeploymentId(`not ${number}`);
  } catch (error) {
    if (error.code !== "ERR_DEPLOYMENT_ID_INVALID_CHARACTERS") return false;
  }
  return api.deriveUseCacheKey("id", seed, args) === key && api.parseUseCacheKey(key).keySeed === seed;
}

// Not while the module is evaluated: V8 13 itself ends the process if the thread is ended there, behind an await.
setImmediate(() => {
  let right = true;
  parentPort.postMessage("started");
  for (let round = 0; endless || round < 100; round++) right &&= derivesRightKeys(round);
  parentPort.postMessage({ right });
});
