// Random inputs through every export, beside vinext's own functions. `npm run fuzz` runs the same for longer.
import fc from "fast-check";
import test from "ava";
import { implementations } from "./helpers/implementations.mjs";
import * as vinext from "../scripts/lib/oracle.mjs";
import { divided, properties } from "./helpers/properties.mjs";
import { share } from "./helpers/share.mjs";

const CASES = share(100_000);

for (const [name, api] of implementations) {
  for (const { title, property, numRuns } of divided(properties(api), CASES)) {
    test.serial(`${name}: ${title}, ${numRuns} times`, async (t) => {
      // Not `assert`: its report prints the counterexample, which can have getters that throw.
      const { failed, seed, counterexamplePath, errorInstance } = await fc.check(property, { numRuns });
      t.false(failed, `seed ${seed}, path ${counterexamplePath}: ${errorInstance?.message}`);
    });
  }

  test.serial(`${name}: text of megabytes, which V8 keeps outside its heap`, (t) => {
    for (const [encoding, bytes] of [
      ["latin1", Buffer.alloc(1 << 20, "plain ASCII")],
      ["latin1", Buffer.alloc(1 << 20, "Latin-1 \xe9", "latin1")],
      ["utf16le", Buffer.alloc(3 << 20, "ASCII of two bytes each", "utf16le")],
      ["utf16le", Buffer.alloc(3 << 20, "two bytes € and lone halves \udc00\ud800", "utf16le")],
    ]) {
      const text = bytes.toString(encoding);
      const args = { version: 1, reply: [[text, text]] };
      t.true(api.buildUseCacheKey(text, "v1", text) === vinext.buildUseCacheKey(text, "v1", text));
      t.is(api.flightArgumentsKey(args), vinext.flightArgumentsKey(args));
      t.is(api.parseUseCacheKey(`use-cache:${text}`).id, text);
    }
  });

  test.serial(`${name}: one odd character at every place of a block`, (t) => {
    for (const odd of ["\n", "é", "€", "😀", "\ud800"]) {
      for (let at = 0; at <= 160; at += 1) {
        const reply = "x".repeat(at) + odd + "x".repeat(160 - at);
        const args = { version: 1, reply };
        t.is(api.flightArgumentsKey(args), vinext.flightArgumentsKey(args));
        t.is(api.buildUseCacheKey(reply, "v1", reply), vinext.buildUseCacheKey(reply, "v1", reply));
      }
    }
  });
}
