// Who competes: all derive the same keys, but the floor, which is the hash alone.
import { hash } from "node:crypto";
import * as addon from "../index.js";
import { buildUseCacheKey, flightArgumentsKey } from "../scripts/lib/oracle.mjs";

const vinext = {
  buildUseCacheKey,
  deriveUseCacheKey: (id, keySeed, args) => buildUseCacheKey(id, keySeed, flightArgumentsKey(args)),
};

// The best that plain JavaScript was seen to do: the encoded seed remembered, no copy of the arguments where their reply is
// text, and the one-shot hash.
let seen;
let prefix;
function prefixOf(keySeed) {
  if (keySeed !== seen) {
    seen = keySeed;
    prefix = keySeed ? `use-cache:build:${encodeURIComponent(keySeed)}:` : "use-cache:";
  }
  return prefix;
}
const keyed = (entry) => (entry.length === 2 ? entry : [entry[0], { bytes: entry[1] }]);
const canonicalJson = (args) =>
  JSON.stringify(typeof args.reply === "string" ? args : { ...args, reply: args.reply.map(keyed) });

const javascript = {
  buildUseCacheKey: (id, keySeed, argsKey) =>
    argsKey === undefined ? prefixOf(keySeed) + id : `${prefixOf(keySeed)}${id}:${argsKey}`,
  deriveUseCacheKey: (id, keySeed, args) =>
    `${prefixOf(keySeed)}${id}:${hash("sha256", canonicalJson(args), "base64url")}`,
};

/** Different ids, so that no optimiser can take a key out of the loop that times it. */
const IDS = 16;

/** What each does in a case: one function without arguments per contender. */
export function contend({ call, args: [id, second, third] }) {
  const ids = Array.from({ length: IDS }, (_, index) => id.replace("app", `app${index}`));
  const keys = new Map(ids.map((variant) => [vinext[call](variant, second, third), variant]));
  const runs = {};
  for (const [name, { [call]: derive }] of Object.entries({ vinext, javascript, addon })) {
    if (!ids.every((variant) => keys.get(derive(variant, second, third)) === variant)) {
      throw new Error(`${name} derives other keys than vinext.`);
    }
    let turn = 0;
    // A key is looked up, as a cache does, so that a rope of its parts is made one string.
    runs[name] = () => keys.get(derive(ids[turn++ % IDS], second, third));
  }
  if (call === "deriveUseCacheKey") {
    const bytes = Buffer.from(canonicalJson(third));
    runs.sha256 = () => hash("sha256", bytes, "base64url");
  }
  return runs;
}
