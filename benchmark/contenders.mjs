// The contenders. All derive the same keys, except the floor, which is SHA-256 alone.
import { hash } from "node:crypto";
import * as addon from "../index.js";
import { buildUseCacheKey, flightArgumentsKey } from "../scripts/lib/oracle.mjs";

const vinext = {
  buildUseCacheKey,
  deriveUseCacheKey: (id, keySeed, args) => buildUseCacheKey(id, keySeed, flightArgumentsKey(args)),
};

// The fastest plain JavaScript that was found: it remembers the encoded seed, does not copy arguments whose reply is text, and uses
// Node's one-shot hash.
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

/** A new text, stored in one piece as vinext's texts are. */
const renewed = (text, turn) => Buffer.from(`${text}${turn}`).toString();
let turn = 0;
function renewedArgs(args) {
  turn += 1;
  const { reply } = args;
  const isText = typeof reply === "string";
  return {
    ...args,
    reply: isText ? renewed(reply, turn) : reply.map(([name, text]) => [name, renewed(text, turn)]),
  };
}

/**
 * What each contender does in a case: `run` takes an input, and `inputs` makes as many as a sample has calls. Making them is not
 * timed.
 */
export function contend({ call, args: [id, second, third], isAnew }) {
  const ids = Array.from({ length: IDS }, (_, index) => id.replace("app", `app${index}`));
  const keys = new Map(ids.map((variant) => [vinext[call](variant, second, third), variant]));
  const inputs = (length) => (isAnew ? Array.from({ length }, () => renewedArgs(third)) : [third]);
  const runs = {};
  for (const [name, { [call]: derive }] of Object.entries({ vinext, javascript, addon })) {
    if (!ids.every((variant) => keys.get(derive(variant, second, third)) === variant)) {
      throw new Error(`${name} derives other keys than vinext.`);
    }
    let turn = 0;
    const run = (input) => {
      const key = derive(ids[turn++ % IDS], second, input);
      // The key is looked up, as a cache does. That makes V8 join the parts of the key to one string.
      return keys.get(key) ?? key;
    };
    runs[name] = { run, inputs };
  }
  if (call === "deriveUseCacheKey") {
    const bytes = (length) => inputs(length).map((args) => Buffer.from(canonicalJson(args)));
    runs.sha256 = { run: (input) => hash("sha256", input, "base64url"), inputs: bytes };
  }
  return runs;
}
