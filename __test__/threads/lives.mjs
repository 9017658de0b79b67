// One process in which the package is loaded in every way: by import and by require, from two copies on disk, and used
// by code of another realm. Prints the failures, then exits during a call.
//   node lives.mjs <main file> <the same file of another copy>
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";
import * as vinext from "../../scripts/lib/oracle.mjs";

const require = createRequire(import.meta.url);
const [file, copy] = process.argv.slice(2);
const loaded = {
  required: require(file),
  imported: await import(pathToFileURL(file)),
  copy: require(copy),
  importedCopy: await import(pathToFileURL(copy)),
};
const args = { version: 1, reply: [["0", "é"]], pagePropsIndex: 0 };
const expected = vinext.buildUseCacheKey("id", "seed", vinext.flightArgumentsKey(args));
const wrong = [];
const check = (what, holds) => holds || wrong.push(what);

for (let round = 0; round < 1000; round++) {
  for (const [way, api] of Object.entries(loaded)) {
    check(`${way}, call ${round}`, api.deriveUseCacheKey("id", "seed", args) === expected);
  }
}
check("two copies", loaded.required.deriveUseCacheKey !== loaded.copy.deriveUseCacheKey);

for (let realm = 0; realm < 20; realm++) {
  const { derived, error } = runInContext(
    `const args = { version: 1, reply: [["0", "é"]], pagePropsIndex: 0 };
     let error;
     try { api.deriveUseCacheKey("id", "seed", 1) } catch (thrown) { error = thrown }
     ({ derived: api.deriveUseCacheKey("id", "seed", args), error })`,
    createContext({ api: loaded.required }),
  );
  check(`realm ${realm}`, derived === expected && error.code === "ERR_INVALID_ARG_TYPE");
}

console.log(JSON.stringify({ wrong }));
const exiting = {
  version: 1,
  get reply() {
    return process.exit(7);
  },
};
loaded.copy.deriveUseCacheKey("id", "seed", exiting);
