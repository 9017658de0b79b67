import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { format } from "prettier";
import { createServer, normalizePath, parseAst } from "vite";
import vinextCacheKey from "vinext-cache-key/vite";

const shims = new URL("../node_modules/vinext/dist/shims/", import.meta.url);
const runtime = readFileSync(new URL("cache-runtime.js", shims), "utf8");
const flightArguments = readFileSync(new URL("cache-flight-arguments.js", shims), "utf8");

const scratch = mkdtempSync(join(tmpdir(), "vinext-cache-key-"));
test.after.always(() => rmSync(scratch, { recursive: true }));

let releases = 0;

/** A vinext of its own version, so that what is said of it has not been said before. */
function release(code, sibling = flightArguments) {
  const version = `1.4.0-test.${(releases += 1)}`;
  const directory = join(scratch, version, "vinext");
  const file = join(directory, "dist/shims/cache-runtime.js");
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(join(directory, "package.json"), JSON.stringify({ version }));
  if (sibling !== null) writeFileSync(join(file, "../cache-flight-arguments.js"), sibling);
  return { version, id: normalizePath(file), code };
}

function transform({ code, id }, options) {
  const { filter, handler } = vinextCacheKey(options).transform;
  const warnings = [];
  const result =
    filter.id.test(id) && handler.call({ parse: parseAst, warn: (text) => warnings.push(text) }, code, id);
  return { code: result?.code, map: result?.map, warnings };
}

function nodes(tree) {
  if (Object(tree) !== tree) return [];
  const below = Object.values(tree).flatMap(nodes);
  return typeof tree.type === "string" ? [tree, ...below] : below;
}

const callsOf = (code, name) =>
  nodes(parseAst(code)).filter(
    ({ type, callee }) => type === "CallExpression" && callee.name?.endsWith(name),
  );

test("derives each key in one call", (t) => {
  const { code, map, warnings } = transform(release(runtime));
  t.deepEqual(warnings, []);
  t.is(map, null);
  t.deepEqual(
    callsOf(code, "deriveUseCacheKey").map((call) => call.arguments.map(({ name }) => name)),
    [["cacheFunctionId", "keySeed", "flightArguments"]],
  );
  for (const name of ["buildUseCacheKey", "flightArgumentsKey", "getUseCacheKeySeed"]) {
    t.is(callsOf(code, name).length, 0, name);
  }
  const specifiers = nodes(parseAst(code)).filter(({ type }) => type === "ExportSpecifier");
  const exported = specifiers.find((specifier) => specifier.exported.name === "buildUseCacheKey");
  const [imports] = nodes(parseAst(code)).filter((node) => node.source?.value?.startsWith("virtual:"));
  t.true(
    imports.specifiers.some(
      ({ local, imported }) => local.name === exported.local.name && imported.name === "buildUseCacheKey",
    ),
  );
});

test("leaves every line in its place", (t) => {
  const before = runtime.split("\n");
  const after = transform(release(runtime)).code.split("\n");
  t.is(before.filter((line, index) => line !== after[index]).length, 3);
});

test("hands fileMetadata on only when it is set", (t) => {
  const plain = release(runtime);
  t.is(callsOf(transform(plain, { fileMetadata: false }).code, "deriveUseCacheKey")[0].arguments.length, 3);
  t.is(callsOf(transform(plain, { fileMetadata: true }).code, "deriveUseCacheKey")[0].arguments.length, 4);
  const source = (options) => vinextCacheKey(options).load.handler();
  t.notRegex(source({}), /fileMetadata/);
  t.regex(source({ fileMetadata: true }), /\{ fileMetadata: true \}/);
});

test("takes the ids that development gives, and no other module's", (t) => {
  const { id, ...rest } = release(runtime);
  t.truthy(transform({ ...rest, id: `${id}?v=1a2b3c4d` }).code);
  for (const other of [
    id.replace("cache-runtime", "my-cache-runtime"),
    id.replace("/vinext/", "/vinext2/"),
    `${id}.map`,
  ]) {
    t.is(transform({ ...rest, id: other }).code, undefined, other);
  }
});

test("sees through layout, comments and names", async (t) => {
  const restyle = (code) =>
    format(code, { parser: "babel", printWidth: 40, semi: false, singleQuote: true, useTabs: true });
  const comment = (code) => code.replaceAll(/^(\t*)(return|const|try)\b/gm, "$1/* why */ $2");
  const rename = (code, ...pairs) =>
    pairs.reduce(
      (text, [from, to]) => text.replaceAll(new RegExp(String.raw`\b${from}\b(?!:)`, "g"), to),
      code,
    );
  const renamed = rename(
    runtime,
    ["buildUseCacheKey", "b"],
    ["getUseCacheKeySeed", "s"],
    ["getUseCacheDeploymentIdDefine", "d"],
    ["scopedId", "i"],
    ["cacheFunctionId", "f"],
    ["flightArguments", "a"],
    ["flightArgumentsKey", "k"],
  )
    .replace("import { k,", "import { flightArgumentsKey as k,")
    .replace(/(export \{.*)\bb\b/, "$1b as buildUseCacheKey");
  for (const [how, code, sibling] of [
    ["layout", await restyle(runtime), await restyle(flightArguments)],
    ["comments", comment(runtime), comment(flightArguments)],
    [
      "names",
      renamed,
      rename(flightArguments, ["entry", "e"], ["createHash", "h"]).replace("{ h }", "{ createHash as h }"),
    ],
  ]) {
    t.not(code, runtime, how);
    t.not(sibling, flightArguments, how);
    const { code: result, warnings } = transform(release(code, sibling));
    t.deepEqual(warnings, [], how);
    t.is(callsOf(result, "deriveUseCacheKey").length, 1, how);
  }
});

const otherOperator = { "||": "??", "===": "!==", instanceof: "in" };

/** Each way to change one thing that the function `name` does. */
function* mutants(code, name) {
  const replaced = (start, end, text) => code.slice(0, start) + text + code.slice(end);
  const body = nodes(parseAst(code)).find(
    (node) => node.type === "FunctionDeclaration" && node.id.name === name,
  );
  yield replaced(body.start, body.start, "async ");
  for (const node of nodes(body)) {
    const { type, start, end } = node;
    if (type === "Literal") {
      yield replaced(
        start,
        end,
        JSON.stringify(typeof node.value === "string" ? `${node.value}_` : node.value + 1),
      );
    } else if (type === "TemplateElement") {
      yield replaced(end, end, "_");
    } else if (node.operator in otherOperator) {
      const { left, right, operator } = node;
      yield replaced(left.end, right.start, ` ${otherOperator[operator]} `);
      yield replaced(
        start,
        end,
        `${code.slice(right.start, right.end)} ${operator} ${code.slice(left.start, left.end)}`,
      );
    } else if (type === "ConditionalExpression") {
      yield replaced(node.test.start, node.test.end, `!(${code.slice(node.test.start, node.test.end)})`);
    } else if (type === "MemberExpression") {
      yield replaced(node.property.start, node.property.end, node.computed ? "2" : "other");
    } else if (type === "CallExpression") {
      yield replaced(end - 1, end, node.arguments.length > 0 ? ", 0)" : "0)");
      if (node.arguments.length > 0) yield replaced(node.callee.end, end, "()");
    } else if (type === "ObjectExpression" || type === "ArrayExpression") {
      yield replaced(end - 1, end, type === "ObjectExpression" ? ", version: 2 }" : ", 0]");
    } else if (type === "ThrowStatement" || type === "ReturnStatement") {
      yield replaced(start, end, ";");
    }
  }
}

/** Asserts that what is not vinext's own code, in its cache-runtime or the module beside it, stays as it is. */
function refused(t, code, sibling = flightArguments) {
  const known = new Set(`${runtime}\n${flightArguments}`.split("\n"));
  const change = `${code}\n${sibling}`.split("\n").find((line) => !known.has(line)) ?? "a line is missing";
  const mutant = release(code, sibling);
  const { code: result, warnings } = transform(mutant);
  t.true(result === undefined, change);
  t.is(warnings.length, 1, change);
  t.true(warnings[0].startsWith(`vinext ${mutant.version} `), warnings[0]);
  t.deepEqual(transform(mutant).warnings, [], "told once");
}

for (const name of [
  "buildUseCacheKey",
  "getUseCacheKeySeed",
  "getUseCacheDeploymentIdDefine",
  "getUseCacheBuildIdDefine",
]) {
  test(`leaves vinext alone if its ${name} does anything else`, (t) => {
    for (const mutant of mutants(runtime, name)) refused(t, mutant);
  });
}

test("leaves vinext alone if its flightArgumentsKey does anything else", (t) => {
  for (const mutant of mutants(flightArguments, "flightArgumentsKey")) refused(t, runtime, mutant);
});

test("leaves vinext alone if the same functions mean something else", (t) => {
  const changed = (code, from, to) => {
    t.true(code.includes(from), from);
    return code.replace(from, () => to);
  };
  for (const [from, to] of [
    ["flightArgumentsKey(flightArguments))", "flightArgumentsKey(flightArguments, 1))"],
    ["flightArgumentsKey(flightArguments))", "flightArgumentsKey(flightArguments), 1)"],
    ["flightArgumentsKey(flightArguments))", "flightArgumentsKey({ ...flightArguments }))"],
    ["= getUseCacheKeySeed()", "= getUseCacheKeySeed(id)"],
    ["./cache-flight-arguments.js", "./cache-arguments.js"],
    ["import { flightArgumentsKey,", "import flightArgumentsKey, {"],
    [" buildUseCacheKey, cacheContextStorage", " cacheContextStorage"],
    ["let _rscModule;", "const encodeURIComponent = escape;"],
    ["let _rscModule;", "const { process } = globalThis;"],
    ["let _rscModule;", "getUseCacheBuildIdDefine = () => 1;"],
    ["let _rscModule;", "const again = buildUseCacheKey;"],
  ]) {
    refused(t, changed(runtime, from, to));
  }
  for (const [from, to] of [
    ['"node:crypto"', '"./hash.js"'],
    ["createHash }", "createHmac as createHash }"],
    ["//#endregion", "const JSON = { stringify: String };"],
    ["//#endregion", "flightArgumentsKey = String;"],
    ["//#endregion", "}"],
  ]) {
    refused(t, runtime, changed(flightArguments, from, to));
  }
  refused(t, runtime, null);
});

test("rejects options that it does not know", (t) => {
  t.throws(() => vinextCacheKey({ fileMetaData: true }), {
    instanceOf: TypeError,
    message: /"fileMetaData"/,
  });
  t.throws(() => vinextCacheKey({ fileMetadata: "yes" }), {
    instanceOf: TypeError,
    message: /boolean.*string/,
  });
});

/** The environments of a Vite with such a configuration in which the plugin does anything. */
async function environments({ plugins = [], ...config } = {}) {
  const server = await createServer({
    configFile: false,
    logLevel: "silent",
    server: { middlewareMode: true, ws: false, watch: null },
    plugins: [...plugins, vinextCacheKey()],
    ...config,
    environments: { rsc: {}, ssr: {}, other: {}, ...config.environments },
  });
  const all = Object.values(server.environments);
  await server.close();
  const isPlugin = ({ name }) => name === "vinext-cache-key";
  return {
    transforming: all.filter((environment) => environment.plugins.some(isPlugin)).map(({ name }) => name),
    external: all
      .filter(({ config }) => config.resolve.external.includes("vinext-cache-key"))
      .map(({ name }) => name),
  };
}

const only = (...names) => ({ transforming: names, external: names });

test("takes part in vinext's server environments alone", async (t) => {
  t.deepEqual(await environments(), only("rsc", "ssr"));
});

test("takes no part where a Worker is built", async (t) => {
  t.deepEqual(await environments({ plugins: [[null, [{ name: "vite-plugin-cloudflare" }]]] }), only());
  t.deepEqual(await environments({ plugins: [{ name: "vite-plugin-cloudflare:config" }] }), only());
  t.deepEqual(await environments({ ssr: { target: "webworker" } }), only("rsc"));
  for (const condition of ["workerd", "edge-light", "browser"]) {
    const worker = { resolve: { conditions: [condition, "module"] } };
    t.deepEqual(await environments({ environments: { rsc: worker } }), only("ssr"), condition);
    // As a plugin that comes later says it.
    const late = { name: "late", configEnvironment: (name) => (name === "ssr" ? worker : null) };
    t.deepEqual(await environments({ plugins: [late] }), only("rsc"), condition);
  }
});
