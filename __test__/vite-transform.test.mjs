import crypto from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { format } from "prettier";
import { build, createBuilder, createServer, normalizePath, parseAst, resolveConfig } from "vite";
import vinextCacheKey from "vinext-cache-key/vite";
import { NO_IDENTITY } from "../js/vite/worker-identity.mjs";
import { CONFIG_LOADER } from "./helpers/config-loader.mjs";
import { folder, writeFiles } from "./helpers/files.mjs";

const shims = new URL("../node_modules/vinext/dist/shims/", import.meta.url);
const runtime = readFileSync(new URL("cache-runtime.js", shims), "utf8");
const flightArguments = readFileSync(new URL("cache-flight-arguments.js", shims), "utf8");

const isrCache = readFileSync(new URL("../server/isr-cache.js", shims), "utf8");
const { exports } = JSON.parse(readFileSync(new URL("../../package.json", shims), "utf8"));

const scratch = mkdtempSync(join(tmpdir(), "vinext-cache-key-"));
test.after.always(() => rmSync(scratch, { recursive: true }));

let releases = 0;

/** A vinext with a version of its own, because the plugin prints each message once per version. */
function release(code, { sibling = flightArguments, pages = isrCache, loader = CONFIG_LOADER } = {}) {
  const version = `1.4.0-test.${(releases += 1)}`;
  const directory = join(scratch, version, "a fork");
  const file = (path) => join(directory, "dist", path);
  writeFiles(directory, {
    "package.json": JSON.stringify({ version, exports, type: "module" }),
    "dist/shims/cache-runtime.js": code,
    "dist/shims/cache-flight-arguments.js": sibling,
    "dist/server/isr-cache.js": pages,
    "dist/config/next-config.js": loader,
  });
  const id = (path) => normalizePath(realpathSync(file(path)));
  return {
    version,
    directory,
    file,
    code,
    pages,
    ids: { runtime: id("shims/cache-runtime.js"), pages: id("server/isr-cache.js") },
  };
}

const NODE = { name: "rsc", config: { consumer: "server", resolve: { conditions: ["node"] } } };
const DEPLOYMENT = { "process.env.__VINEXT_DEPLOYMENT_ID": '"v1"' };

/** What the plugin does to a module of a vinext. */
async function transform(
  vinext,
  {
    id = vinext.ids.runtime,
    code = vinext.code,
    options,
    environment = NODE,
    define = DEPLOYMENT,
    plugins = [],
  } = {},
) {
  const plugin = vinextCacheKey(options);
  const alias = { "vinext/cache-runtime": vinext.file("shims/cache-runtime") };
  const config = { root: scratch, resolve: { alias }, define, plugins };
  await plugin.config.handler(config, { command: "build" });
  const warnings = [];
  const context = {
    environment,
    parse: parseAst,
    warn: (text) => warnings.push(text),
    error: (text) => {
      throw new Error(text);
    },
    getModuleInfo: () => ({ isEntry: false }),
  };
  plugin.buildStart.call(context);
  const { filter, handler } = plugin.transform;
  const result = (filter?.id.test(id) ?? true) ? handler.call(context, code, id) : undefined;
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

test("derives each key in one call", async (t) => {
  const { code, map, warnings } = await transform(release(runtime));
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

test("scopes the result of each call of vinext's buildCacheKey, where it is asked to", async (t) => {
  const vinext = release(runtime);
  const isr = { id: vinext.ids.pages, code: vinext.pages };
  t.deepEqual(await transform(vinext, isr), { code: undefined, map: undefined, warnings: [] });
  const { code, warnings } = await transform(vinext, { ...isr, options: { pages: true } });
  t.deepEqual(warnings, []);
  const calls = callsOf(code, "scopedPageKey");
  t.is(calls.length, 3);
  t.is(callsOf(code, "buildCacheKey").length, 3);
  for (const call of calls) t.is(call.arguments[0].callee.name, "buildCacheKey");
});

test.serial("says once that the option pages has no effect, and does not change the keys", async (t) => {
  const said = [];
  const { warn } = console;
  console.warn = (text) => said.push(text);
  t.teardown(() => (console.warn = warn));
  const vinext = release(runtime);
  const isr = { id: vinext.ids.pages, code: isrCache };
  const define = { "process.env.__VINEXT_DEPLOYMENT_ID": '""' };
  const plugins = [[Promise.resolve({ __vinextCacheConfig: { cdn: {} } })]];
  for (const [how, message] of [
    [{ options: { pages: true }, define }, /"pages" has nothing to scope by/],
    [{ options: { runtimeDeploymentId: true }, plugins }, /cache\.cdn adapter .* shared between deployments/],
  ]) {
    for (const times of ["first", "second"]) {
      const { code, warnings } = await transform(vinext, { ...isr, ...how });
      t.is(code, undefined, times);
      t.deepEqual(warnings, []);
    }
    t.is(said.length, 1);
    t.regex(said.pop(), message);
  }
  await t.throwsAsync(transform(vinext, { ...isr, options: { pages: true }, plugins }), {
    message: /cache\.cdn adapter/,
  });
});

/** The page keys of a module with this code, evaluated as a bundler leaves it, by vinext's own functions. */
function pageKeys(code, id, deploymentId) {
  const body = code
    .replaceAll(/^import .*|^export .*/gm, "")
    .replaceAll("process.env.__VINEXT_BUILD_ID", JSON.stringify(id));
  const source = vinextCacheKey().load.handler.call(
    { environment: { config: {} } },
    `\0virtual:vinext-cache-key/pages`,
  );
  const scope = source
    .replace("export const", "const vinextCacheKey$scopedPageKey = ")
    .replace("vinextCacheKey$scopedPageKey =  scopedPageKey =", "vinextCacheKey$scopedPageKey =")
    .replace(/process\.env\.__VINEXT_DEPLOYMENT_ID/, JSON.stringify(deploymentId));
  const { createHash } = crypto;
  const names = ["createHash", "normalizePathnameForRouteMatch", "isInterceptionMatchedUrlPath"];
  const others = [
    "normalizeMountedSlotsHeader",
    "getRscRenderModeCacheVariant",
    "APP_RSC_RENDER_MODE_NAVIGATION",
  ];
  const make = new Function(
    ...names,
    ...others,
    `${scope}\n${body}
    return { appIsrHtmlKey, appIsrRscKey, appIsrRouteKey, appIsrFallbackShellHtmlKey, pagesIsrCacheKey, isrCacheKey };`,
  );
  const same = (value) => value;
  return make(
    createHash,
    same,
    () => true,
    same,
    (mode) => mode,
    "navigation",
  );
}

test("a scoped page key is the deployment ID in front of vinext's own", async (t) => {
  const vinext = release(runtime);
  const isr = { id: vinext.ids.pages, code: vinext.pages, options: { pages: true } };
  const { code } = await transform(vinext, isr);
  const [stock, scoped] = [isrCache, code].map((text) => pageKeys(text, "b:1/é", "v1"));
  for (const [name, ...args] of [
    ["appIsrHtmlKey", "/a"],
    ["appIsrHtmlKey", `/${"long".repeat(50)}`],
    ["appIsrRscKey", "/a/", "slots", "prefetch", "/from", "id"],
    ["appIsrRouteKey", "/r/"],
    ["appIsrFallbackShellHtmlKey", "/[slug]"],
    ["pagesIsrCacheKey", "/p", "b:1", "en"],
    ["isrCacheKey", "other", "/p"],
  ]) {
    t.is(scoped[name](...args), `deployment:v1:${stock[name](...args)}`, name);
  }
});

test("with runtimeDeploymentId, client components and vinext's own code keep the ID of the build", async (t) => {
  const vinext = release(runtime);
  const options = { runtimeDeploymentId: true };
  const define = { ...DEPLOYMENT, "process.env.NEXT_DEPLOYMENT_ID": '"v1"' };
  const result = async (id, code) => (await transform(vinext, { options, define, id, code })).code;
  writeFiles(vinext.directory, { "dist/server/other.js": "" });
  const own = normalizePath(realpathSync(vinext.file("server/other.js")));
  for (const expression of ["process.env.NEXT_DEPLOYMENT_ID", 'process.env["NEXT_DEPLOYMENT_ID"]']) {
    t.is(await result(own, `f(${expression});`), 'f("v1");');
    for (const start of ['"use client";', "/* a */ // b\n'use strict'; 'use client';"]) {
      t.is(await result("/app/button.tsx", `${start} f(${expression});`), `${start} f("v1");`);
    }
    for (const start of ["", 'f("use client");', "// use client\n"]) {
      t.is(await result("/app/page.tsx", `${start} f(${expression});`), undefined, start);
    }
    t.is(await result("/app/notes.md", `"use client" and ${expression}`), undefined);
  }
  const component = (written) => `"use client"; f(process.env.NEXT_DEPLOYMENT_ID, ${written});`;
  for (const [id, written] of [
    ["/app/button.ts?v=1", "<string>a"],
    ["/app/button.mts", "<string>a"],
    ["/app/button.tsx", "<p>{a as string}</p>"],
    ["/app/button.jsx", "<p>{a}</p>"],
    ["/app/button.js", "<p>{a < b > (c)}</p>"],
  ]) {
    t.is(await result(id, component(written)), `"use client"; f("v1", ${written});`);
  }
});

test("leaves every line in its place", async (t) => {
  const vinext = release(runtime);
  const changed = async (before, how) => {
    const after = (await transform(vinext, how)).code.split("\n");
    return before.split("\n").filter((line, index) => line !== after[index]).length;
  };
  t.is(await changed(runtime), 3);
  const isr = { id: vinext.ids.pages, code: isrCache, options: { pages: true } };
  t.is(await changed(isrCache, isr), 3);
});

test("keys the metadata of files only with the option", (t) => {
  const source = (options) =>
    vinextCacheKey(options).load.handler.call(
      { environment: { config: {} } },
      "\0virtual:vinext-cache-key/use-cache",
    );
  t.notRegex(source({}), /fileMetadata/);
  t.regex(source({ fileMetadata: true }), /\{ fileMetadata: true \}/);
});

test("knows vinext's modules by their files, whatever their folder is called", async (t) => {
  const vinext = release(runtime);
  const { runtime: id } = vinext.ids;
  t.truthy((await transform(vinext, { id: `${id}?v=1a2b3c4d` })).code);
  const link = join(scratch, `${vinext.version}-link`);
  symlinkSync(vinext.directory, link, "junction");
  t.truthy((await transform(vinext, { id: normalizePath(join(link, "dist/shims/cache-runtime.js")) })).code);
  const other = release(runtime);
  for (const stranger of [other.ids.runtime, id.replace("cache-runtime", "my-cache-runtime"), `${id}.map`]) {
    t.is((await transform(vinext, { id: stranger })).code, undefined, stranger);
  }
});

test("changes nothing outside of Node's environments", async (t) => {
  const vinext = release(runtime);
  for (const environment of [
    { name: "rsc", config: { consumer: "server", resolve: { conditions: ["workerd"] } } },
    { name: "client", config: { consumer: "client", resolve: { conditions: ["browser"] } } },
    { name: "nitro", config: { consumer: "server", resolve: { conditions: ["node"] } } },
  ]) {
    t.is((await transform(vinext, { environment })).code, undefined, environment.name);
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
    const { code: result, warnings } = await transform(release(code, { sibling }));
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

/** Asserts that a vinext with other code keeps it, with one warning, and that an option makes that an error. */
async function refused(
  t,
  vinext,
  { id = vinext.ids.runtime, code = vinext.code, option = "fileMetadata" } = {},
) {
  const known = new Set([runtime, flightArguments, isrCache].flatMap((text) => text.split("\n")));
  const change = code.split("\n").find((line) => !known.has(line)) ?? "a line is missing";
  const { code: result, warnings } = await transform(vinext, { id, code });
  t.true(result === undefined, change);
  t.is(warnings.length, 1, change);
  t.true(warnings[0].startsWith(`vinext ${vinext.version} `), warnings[0]);
  const message = new RegExp(`^vinext ${vinext.version} `);
  await t.throwsAsync(transform(vinext, { id, code, options: { [option]: true } }), { message }, change);
}

const refusedRuntime = (t, code, sibling) => refused(t, release(code, { sibling }));
function refusedPages(t, code) {
  const vinext = release(runtime, { pages: code });
  return refused(t, vinext, { id: vinext.ids.pages, code, option: "pages" });
}

for (const name of [
  "buildUseCacheKey",
  "getUseCacheKeySeed",
  "getUseCacheDeploymentIdDefine",
  "getUseCacheBuildIdDefine",
]) {
  test(`leaves vinext alone if its ${name} does anything else`, async (t) => {
    for (const mutant of mutants(runtime, name)) await refusedRuntime(t, mutant);
  });
}

test("leaves vinext alone if its flightArgumentsKey does anything else", async (t) => {
  for (const mutant of mutants(flightArguments, "flightArgumentsKey")) {
    await refusedRuntime(t, runtime, mutant);
  }
});

for (const name of [
  "normalizeCachePathname",
  "digestKeyPart",
  "buildCacheKey",
  "isrCacheKey",
  "pagesIsrCacheKey",
  "appIsrCacheKey",
  "appIsrFallbackShellKey",
  "appIsrHtmlKey",
  "appIsrFallbackShellHtmlKey",
  "normalizeInterceptionContextForCacheKey",
  "appIsrRscKey",
  "appIsrRouteKey",
]) {
  test(`leaves vinext's page keys alone if its ${name} does anything else`, async (t) => {
    for (const mutant of mutants(isrCache, name)) await refusedPages(t, mutant);
  });
}

test("leaves vinext alone if the same functions mean something else", async (t) => {
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
    [" buildUseCacheKey, ", " cacheContextStorage as buildUseCacheKey, "],
    ["let _rscModule;", "const encodeURIComponent = escape;"],
    ["let _rscModule;", "const { process } = globalThis;"],
    ["let _rscModule;", "getUseCacheBuildIdDefine = () => 1;"],
    ["let _rscModule;", "const again = buildUseCacheKey;"],
  ]) {
    await refusedRuntime(t, changed(runtime, from, to));
  }
  for (const [from, to] of [
    ['"node:crypto"', '"./hash.js"'],
    ["createHash }", "createHmac as createHash }"],
    ["//#endregion", "const JSON = { stringify: String };"],
    ["//#endregion", "flightArgumentsKey = String;"],
    ["//#endregion", "}"],
  ]) {
    await refusedRuntime(t, runtime, changed(flightArguments, from, to));
  }
  await refusedRuntime(t, runtime, null);
  for (const [from, to] of [
    ['"node:crypto"', '"./hash.js"'],
    ['from "../routing/utils.js"', 'from "../routing/other.js"'],
    ["normalizeMountedSlotsHeader }", "other as normalizeMountedSlotsHeader }"],
    ["//#endregion", "const encodeURIComponent = escape;"],
    ["//#endregion", "buildCacheKey = String;"],
    ["//#endregion", "const again = appIsrCacheKey;"],
    ["//#endregion", 'const unscoped = buildCacheKey("app:v2", "/");'],
    ["//#endregion", "export const otherKey = String;"],
    ["//#endregion", 'export * from "./other-keys.js";'],
    ["appIsrRouteKey, ", "digestKeyPart as appIsrRouteKey, "],
    [" appIsrRscKey,", ""],
    ["export {", "export { isrGet as appIsrOtherKey,"],
  ]) {
    await refusedPages(t, changed(isrCache, from, to));
  }
});

test("a vinext whose key module has another name is reported as an unknown one", async (t) => {
  const vinext = release(runtime);
  rmSync(vinext.file("shims/cache-runtime.js"));
  const message = /keeps deriving its "use cache" keys itself.*there is no vinext\/shims\/cache-runtime/;
  for (const options of [{ fileMetadata: true }, { runtimeDeploymentId: true }]) {
    await t.throwsAsync(transform(vinext, { options }), { message });
  }
  for (const conditions of [["workerd"], ["node"]]) {
    const environment = { name: "rsc", config: { consumer: "server", resolve: { conditions } } };
    await t.throwsAsync(transform(vinext, { options: { fileMetadata: true }, environment }), { message });
    const { warnings } = await transform(vinext, { environment });
    t.is(warnings.length, conditions.includes("node") ? 1 : 0);
    for (const warning of warnings) t.regex(warning, message);
  }
  const other = release(runtime);
  rmSync(other.file("server/isr-cache.js"));
  t.deepEqual((await transform(other)).warnings, []);
  await t.throwsAsync(transform(other, { options: { pages: true } }), {
    message: /keeps deriving its page keys itself.*there is no vinext\/internal\/server\/isr-cache/,
  });
});

test("an option that depends on next.config is an error if vinext does not export how it reads it", async (t) => {
  const vinext = release(runtime, { loader: null });
  for (const options of [
    { pages: true },
    { runtimeDeploymentId: true },
    { versionMetadataBinding: "RELEASE" },
  ]) {
    const [name] = Object.keys(options);
    await t.throwsAsync(transform(vinext, { options }), {
      message: new RegExp(`the option "${name}" needs`),
    });
  }
  t.truthy((await transform(vinext, { options: { fileMetadata: true } })).code);
});

test("an option is an error in a build without vinext, and nowhere else", async (t) => {
  const root = folder(t, { "package.json": "{}" });
  const resolve = (options, command) =>
    resolveConfig({ root, configFile: false, plugins: [vinextCacheKey(options)] }, command);
  for (const options of [{ fileMetadata: true }, { runtimeDeploymentId: true }]) {
    const [name] = Object.keys(options);
    const { message } = await t.throwsAsync(resolve(options, "build"));
    t.true(message.includes(`"${name}" has no effect: there is no vinext in ${root}. Install`), message);
    await t.notThrowsAsync(resolve(options, "serve"));
  }
  await t.notThrowsAsync(resolve({ pages: false }, "build"));
});

test("warns once, however often a module is loaded", async (t) => {
  const code = runtime.replace("use-cache:", "used-cache:");
  const vinext = release(code);
  t.is((await transform(vinext)).warnings.length, 1);
  t.deepEqual((await transform(vinext)).warnings, []);
});

test("an unchanged vinext has no warning for its page keys", async (t) => {
  const vinext = release(runtime);
  t.deepEqual((await transform(vinext, { id: vinext.ids.pages, code: isrCache })).warnings, []);
});

for (const [options, received] of [
  [true, "true"],
  [null, "null"],
  ["pages", '"pages"'],
  [[{ pages: true }], String.raw`\[\{"pages":true\}\]`],
  [() => ({}), "function"],
]) {
  test(`rejects options that are not an object: ${received}`, (t) => {
    t.throws(() => vinextCacheKey(options), {
      instanceOf: TypeError,
      message: new RegExp(`must be an object, such as \\{ pages: true \\}; they are ${received}$`),
    });
  });
}

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

/** The environments of a Vite with such a configuration in which the plugin imports its keys from the package. */
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
  return all
    .filter(({ config }) => [config.resolve.external].flat().includes("vinext-cache-key"))
    .map(({ name }) => name);
}

test("takes part in vinext's server environments alone", async (t) => {
  t.deepEqual(await environments(), ["rsc", "ssr"]);
});

test("does nothing in a build for Workers", async (t) => {
  t.deepEqual(await environments({ ssr: { target: "webworker" } }), ["rsc"]);
  for (const condition of ["workerd", "edge-light", "browser"]) {
    const worker = { resolve: { conditions: [condition, "module"] } };
    t.deepEqual(await environments({ environments: { rsc: worker } }), ["ssr"], condition);
    // The same from a later plugin.
    const late = { name: "late", configEnvironment: (name) => (name === "ssr" ? worker : null) };
    t.deepEqual(await environments({ plugins: [late] }), ["rsc"], condition);
  }
});

test("does not change what the user made external", async (t) => {
  const external = (resolve) => environments({ environments: { rsc: { resolve } } });
  t.deepEqual(await external({ external: ["sharp"] }), ["rsc", "ssr"]);
  t.deepEqual(await external({ external: true }), ["ssr"], "every package is");
  t.deepEqual(await external({ external: true, noExternal: true }), ["rsc", "ssr"]);
});

test("the record of a build stays until another build writes a server of vinext", async (t) => {
  const root = folder(t, { "entry.js": "", "package.json": "{}", "dist/server/vinext-cache-key.json": "{}" });
  const alias = { "vinext/cache-runtime": release(runtime).file("shims/cache-runtime") };
  const config = (options) => ({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [vinextCacheKey()],
    ...options,
    build: { ssr: "entry.js", outDir: "out", ...options?.build },
  });
  const isThere = () => existsSync(join(root, "dist/server/vinext-cache-key.json"));
  await resolveConfig(config({ resolve: { alias } }), "build");
  t.true(isThere(), "a tool that reads the configuration");
  await build(config({ resolve: { alias }, build: { write: false } }));
  t.true(isThere(), "a build that writes no files");
  await build(config());
  t.true(isThere(), "a build without vinext");
  await build(config({ resolve: { alias } }));
  t.false(isThere());
});

test("only Workers with vinext's code need a deployment ID to start", async (t) => {
  const entry = (name) => `virtual:vinext-${name}-entry`;
  const inputs = {
    whole: entry("worker"),
    custom: "custom.js",
    auxiliary: "queue.js",
  };
  const root = folder(t, {
    "package.json": "{}",
    "custom.js": `import worker from "${entry("worker")}"; export default { fetch: (...all) => worker.fetch(...all) };`,
    "queue.js": "export default { queue() {} };",
  });
  const builder = await createBuilder({
    root,
    configFile: false,
    logLevel: "silent",
    resolve: { alias: { "vinext/cache-runtime": release(runtime).file("shims/cache-runtime") } },
    environments: Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [
        name,
        {
          consumer: "server",
          resolve: { conditions: ["workerd"] },
          build: { write: false, rolldownOptions: { input, external: ["cloudflare:workers"] } },
        },
      ]),
    ),
    plugins: [
      vinextCacheKey({ runtimeDeploymentId: true }),
      {
        name: "entries",
        resolveId: (id) => (id === entry("worker") ? `\0${id}` : undefined),
        load: (id) => (id === `\0${entry("worker")}` ? "export default { fetch() {} };" : undefined),
      },
    ],
  });
  const checks = {};
  for (const name of Object.keys(inputs)) {
    const { output } = await builder.build(builder.environments[name]);
    checks[name] = output.some(({ code }) => code?.includes(NO_IDENTITY));
  }
  t.deepEqual(checks, { whole: true, custom: true, auxiliary: false });
});

test("can be required by a configuration in CommonJS", (t) => {
  t.is(createRequire(import.meta.url)("vinext-cache-key/vite")().name, "vinext-cache-key");
});

test("says that it is listed twice", async (t) => {
  await t.throwsAsync(environments({ plugins: [vinextCacheKey()] }), { message: /is listed twice/ });
});
