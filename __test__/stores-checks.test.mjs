// Tests the claims of the demo over Redis: each one fails for results that contradict it.
import { checkRedis } from "../scripts/demo/checks.mjs";
import { testRefuted } from "./helpers/refuted.mjs";

const tally = (requests) => ({ requests, hits: requests, crossed: 0 });
const seen = () => ({
  requests: 50,
  sent: 60,
  tallies: { blue: tally(20), green: tally(30), indigo: tally(10) },
  pids: [1, 2, 3, 4, 5, 6],
  implementations: [{ kind: "native", target: "linux-x64-gnu" }],
  sharedHits: [5, 5, 5],
  kept: ["green", "indigo"],
  purged: "blue",
  before: { blue: 5, green: 5, indigo: 5 },
  after: { green: 5, indigo: 5 },
  purge: { deleted: 5 },
});

const [ANSWERED, CROSSED, SHARED, PURGED, KEPT, NATIVE] = [0, 1, 2, 3, 4, 5];

testRefuted(seen, checkRedis, [
  ["a request is lost", (all) => (all.sent = 61), [ANSWERED]],
  ["there were too few", (all) => (all.requests = 61), [ANSWERED]],
  ["a deployment is never asked", (all) => delete all.tallies.blue, [ANSWERED]],
  ["an answer of another deployment", (all) => (all.tallies.green.crossed = 1), [CROSSED]],
  ["a process begins with nothing", (all) => (all.sharedHits[1] = 0), [SHARED]],
  ["a process begins with less", (all) => (all.sharedHits[2] = 4), [SHARED]],
  ["a key of the purged is left", (all) => (all.after.blue = 1), [PURGED]],
  ["nothing was purged", (all) => (all.before.blue = 0), [PURGED]],
  ["a key of the kept is gone", (all) => (all.after.green = 4), [KEPT]],
  ["a kept entry was computed anew", (all) => (all.tallies.indigo.hits = 9), [KEPT]],
  [
    "a portable process",
    (all) => all.implementations.push({ kind: "portable", reason: "no binary" }),
    [NATIVE],
  ],
  ["a process without the package", (all) => all.implementations.push(null), [NATIVE]],
]);
