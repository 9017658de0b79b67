// Which code the plugin recognises in a module of vinext. Its errors name what differs, and a build prints them as warnings.
import test from "ava";
import { parseAst } from "vite";
import { ModuleShape } from "../js/vite/shape.mjs";

const moduleOf = (code) => new ModuleShape(code, parseAst);

/** What the names of a pattern stand for in the only place that matches it. */
const namesIn = (code, pattern, known) => moduleOf(code).find("the sum", pattern, known).names;
const notFound = { message: "the sum" };

test("a name that begins with $ stands for any name, and for the same one everywhere", (t) => {
  t.deepEqual(namesIn("f(a + b);", "$x + $y"), { $x: "a", $y: "b" });
  t.deepEqual(namesIn("f(a + a);", "$x + $x"), { $x: "a" });
  t.throws(() => namesIn("f(a + b);", "$x + $x"), notFound);
  t.deepEqual(namesIn("f(a + b);", "$x + $y", { $x: "a" }), { $x: "a", $y: "b" });
  t.throws(() => namesIn("f(a + b);", "$x + $y", { $x: "b" }), notFound);
});

test("two names of a pattern never stand for one name of the module", (t) => {
  t.throws(() => namesIn("f(a + a);", "$x + $y"), notFound);
  t.throws(() => namesIn("f(a + JSON + JSON);", "$x + JSON + $y"), notFound);
  t.throws(() => namesIn("f(a + b);", "$x + $y", { $other: "b" }), notFound);
});

test("a name stands for a name only, and the name of a property for itself", (t) => {
  t.throws(() => namesIn("f(this + 1);", "$x + 1"), notFound);
  t.throws(() => namesIn("f(a + 1);", "this + 1"), notFound);
  t.throws(() => namesIn("f(a + a.b);", "$x + $x.c"), notFound);
  t.deepEqual(namesIn("f(a + b.a);", "$x + $y.a"), { $x: "a", $y: "b" });
});

test("any other name is a global: the module must not declare it", (t) => {
  t.deepEqual(namesIn("f(a + JSON);", "$x + JSON"), { $x: "a", JSON: "JSON" });
  // This declares no name in the module.
  t.notThrows(() => namesIn('export { JSON } from "b"; f(a + JSON);', "$x + JSON"));
  for (const declaration of [
    "let JSON;",
    "function JSON() {}",
    "const { JSON } = b;",
    "const { c: [JSON] } = b;",
    'import JSON from "b";',
    'import { c as JSON } from "b";',
    'import * as JSON from "b";',
  ]) {
    t.throws(() => namesIn(`${declaration} f(a + JSON);`, "$x + JSON"), notFound, declaration);
  }
});

test("code is found only if it is there once", (t) => {
  t.throws(() => namesIn("f(a);", "$x + $y"), notFound);
  t.throws(() => namesIn("f(a + b, c + d);", "$x + $y"), notFound);
});

test("an import is found by its name and its source, beside other forms of import", (t) => {
  const imported = (code) => moduleOf(code).imported("hash", "b").local.name;
  t.is(imported('import { hash } from "b";'), "hash");
  t.is(
    imported('import b, { other, hash as h } from "b"; import { hash } from "c"; import * as all from "b";'),
    "h",
  );
  for (const code of [
    'import { hash } from "c";',
    'import hash from "b";',
    'import { other as hash } from "b";',
    'import { hash } from "b"; import { hash as h } from "b";',
  ]) {
    t.throws(() => imported(code), { message: "import of hash" }, code);
  }
});

test("an export is found by the name that it has outside", (t) => {
  const exported = (code) => moduleOf(code).exported("hash").local.name;
  t.is(exported("let h; export { h as hash };"), "h");
  for (const code of ["let hash; export { hash as h };", "export function hash() {}", "let hash;"]) {
    t.throws(() => exported(code), { message: "export of hash" }, code);
  }
});

test("the exports of a module are exactly the expected ones, or the error names the first that is not", (t) => {
  const expectExports = (code) => moduleOf(code).expectExports(["a", "b"]);
  t.notThrows(() => expectExports("let a, c; export { a }; export { c as b };"));
  for (const [code, message] of [
    ["let a, b, c; export { a, b, c };", "exports: c"],
    ["let a; export { a };", "exports: b"],
    ["let a, c; export { a, c };", "exports: c"],
    ['let a, b; export { a, b }; export * from "c";', "exports"],
    ["let a, b; export { a, b }; export default a;", "exports"],
    ["let a, b; export { a, b }; export function c() {}", "exports"],
  ]) {
    t.throws(() => expectExports(code), { message }, code);
  }
});

test("a name is mentioned in exactly so many places, its import and its export counted once each", (t) => {
  const expectMentions = (code, places) =>
    moduleOf(code).expectMentions([
      ["other", 1],
      ["hash", places],
    ]);
  t.notThrows(() => expectMentions('import { hash } from "b"; other(hash); export { hash };', 3));
  t.notThrows(() => expectMentions('let hash; class A { #hash = other.hash; b = "hash"; }', 2));
  t.throws(() => expectMentions("let hash; other(hash);", 3), { message: "uses of hash" });
  t.throws(() => expectMentions("let hash; other(hash, hash);", 2), { message: "uses of hash" });
});
