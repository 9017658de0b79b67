// Calls with texts of the greatest length that a string can have, so that results would be longer. Prints each call that does not
// end as in vinext.
//   node too-long.mjs <implementation>
import { constants } from "node:buffer";
import { implementations } from "../helpers/implementations.mjs";
import * as vinext from "../../scripts/lib/oracle.mjs";
import { outcome } from "../helpers/outcome.mjs";

const [, api] = implementations.find(([name]) => name === process.argv[2]);
const LIMIT = constants.MAX_STRING_LENGTH;
const scheme = "use-cache:".length;
const calls = {
  "the longest key": ["buildUseCacheKey", "x".repeat(LIMIT - scheme)],
  "a key one character too long": ["buildUseCacheKey", "x".repeat(LIMIT - scheme + 1)],
  "a key that its arguments make too long": [
    "buildUseCacheKey",
    "x".repeat(LIMIT - scheme - 7),
    "",
    "argument",
  ],
  "a seed too long when encoded": ["buildUseCacheKey", "id", "/".repeat(LIMIT / 3)],
  "a reply too long when escaped": ["flightArgumentsKey", { version: 1, reply: "\n".repeat(LIMIT / 2) }],
  "a name too long when quoted": ["flightArgumentsKey", { version: 1, reply: [["x".repeat(LIMIT - 9), ""]] }],
};
const failures = [];
for (const [title, [name, ...args]] of Object.entries(calls)) {
  const [actual, expected] = [api, vinext].map((keys) => outcome(keys[name], ...args));
  const same = ["value", "name", "message"].every((part) => actual[part] === expected[part]);
  if (!same)
    failures.push(`${title}: ${actual.message ?? "a key"} and not ${expected.message ?? "vinext's"}`);
}
const derived = outcome(api.deriveUseCacheKey, "x".repeat(LIMIT - 52), "", { version: 1, reply: "" });
if (derived.name !== "RangeError") failures.push(`a derived key too long: ${derived.message ?? "a key"}`);
const { id } = api.parseUseCacheKey(`use-cache:${"x".repeat(LIMIT - scheme)}`);
if (id.length !== LIMIT - scheme) failures.push(`the longest key parsed to ${id.length} characters`);

console.log(JSON.stringify({ calls: Object.keys(calls).length + 2, failures, failed: failures.length }));
