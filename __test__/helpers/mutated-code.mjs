// vinext's own modules with random changes. The plugin has to leave such a module alone, or to rewrite it so that it still gives
// the keys that it gave before.
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { inspect, isDeepStrictEqual } from "node:util";
import { parse as parseAny } from "acorn";
import fc from "fast-check";
import { rewrite, workerShape } from "../../js/vite/rewrite.mjs";
import { RELEASES } from "../../js/vite/shapes.mjs";
import { walk } from "../../js/vite/shape.mjs";
import * as api from "../../js/portable.mjs";

const dist = new URL("../../node_modules/vinext/dist/", import.meta.url);
const read = (/** @type {string} */ file) => readFileSync(new URL(file, dist), "utf8");

const parse = (/** @type {string} */ code) => parseAny(code, { ecmaVersion: "latest", sourceType: "module" });

const RUNTIME = read("shims/cache-runtime.js");
const FLIGHT_ARGUMENTS = read("shims/cache-flight-arguments.js");
const PAGES = read("server/isr-cache.js");

const SCOPE = "deployment:v1:";
const [{ families }] = RELEASES;

/** The exports of a module and the named functions in it, with stubs for its imports. */
function evaluate(code, imports, env, hidden = []) {
  const { body } = parse(code);
  const names = new Map();
  const exported = [];
  let rest = code;
  for (const node of body.toReversed()) {
    if (node.type === "ImportDeclaration") {
      for (const { local, imported } of node.specifiers)
        names.set(local.name, imports[imported?.name] ?? stub);
    } else if (node.type === "ExportNamedDeclaration" && !node.declaration) {
      for (const { local, exported: name } of node.specifiers)
        exported.push(`${JSON.stringify(name.name)}: ${local.name}`);
    } else continue;
    rest = rest.slice(0, node.start) + rest.slice(node.end);
  }
  const own = hidden.map((name) => `${name}: typeof ${name} === "undefined" ? undefined : ${name}`);
  const text = `"use strict"; ${rest}\nreturn { ${[...exported, ...own].join(", ")} };`;
  return new Function("process", ...names.keys(), text)({ env }, ...names.values());
}

/** Anything that a module does with an import while it loads. */
const stub = new Proxy(function () {}, {
  get: (_, name) => (name === "prototype" ? {} : stub),
  apply: () => stub,
});

/** Whether a module loads at all. Without imports or globals that it needs, it gives no keys either way. */
const loads = (code, imports) => "value" in outcome(() => evaluate(code, imports, {}));

const outcome = (run) => {
  try {
    return { value: run() };
  } catch (error) {
    return { error: error.name };
  }
};

const ENVIRONMENTS = [
  {},
  { __VINEXT_DEPLOYMENT_ID: "v 1", NEXT_DEPLOYMENT_ID: "v2", __VINEXT_BUILD_ID: "b" },
  { __VINEXT_DEPLOYMENT_ID: "", NEXT_DEPLOYMENT_ID: false, __VINEXT_BUILD_ID: "b" },
];
const ARGUMENTS = [
  { version: 1, reply: "[]", pagePropsIndex: 0 },
  {
    version: 1,
    reply: [
      ["0", "x"],
      ["1", "eA==", "a.txt", 1, "text/plain"],
    ],
  },
];
const HIDDEN = ["getUseCacheKeySeed"];

/** The keys of functions that a module and its sibling make, or that this package makes in their place. */
function callKeys(code, sibling, isOurs) {
  return ENVIRONMENTS.map((env) => {
    const own = { keySeed: () => api.resolveUseCacheKeySeed(env), ...api };
    const module = evaluate(code, own, env, HIDDEN);
    const digest = isOurs ? api : evaluate(sibling, { createHash }, env);
    const seed = isOurs ? own.keySeed : module.getUseCacheKeySeed;
    return [
      outcome(() => seed() || undefined),
      ...["", "v 1", "\ud800", undefined].flatMap((keySeed) =>
        ["digest", "", undefined].map((key) => outcome(() => module.buildUseCacheKey("id", keySeed, key))),
      ),
      ...ARGUMENTS.map((args) => outcome(() => digest.flightArgumentsKey(args))),
    ];
  });
}

const PATHS = ["/", "/a", "/a/", `/${"long/".repeat(50)}`];
const slots = (header) => header && `slots ${header}`;
const PAGE_IMPORTS = {
  createHash,
  normalizePathnameForRouteMatch: (path) => `${path}#`,
  isInterceptionMatchedUrlPath: (path) => path.startsWith("/"),
  normalizeMountedSlotsHeader: slots,
  APP_RSC_RENDER_MODE_NAVIGATION: "navigation",
  getRscRenderModeCacheVariant: (mode) => (mode === "navigation" ? null : `mode-${mode}`),
};

/** The keys of pages that a module gives. */
function pageKeys(code) {
  return ENVIRONMENTS.map((env) => {
    const imports = { ...PAGE_IMPORTS, scopedPageKey: (key) => SCOPE + key };
    const module = evaluate(code, imports, env);
    return PATHS.flatMap((path) => [
      outcome(() => module.isrCacheKey("pages:v2", path, "b")),
      outcome(() => module.pagesIsrCacheKey(path, undefined, "en")),
      outcome(() => module.appIsrCacheKey(path, "html", "b")),
      outcome(() => module.appIsrHtmlKey(path)),
      outcome(() => module.appIsrFallbackShellKey(path, "html")),
      outcome(() => module.appIsrFallbackShellHtmlKey(path)),
      outcome(() => module.appIsrRscKey(path, "s", "prefetch", "/from", "edge")),
      outcome(() => module.appIsrRscKey(path)),
      outcome(() => module.appIsrRouteKey(path)),
    ]);
  });
}

/** Functions, imports and exports that matter to keys. */
const KEYS = /[kK]ey|normalizeCachePathname|digestKeyPart|DeploymentId|BuildId|createHash|Interception/;
/** @type {Map<string, ReturnType<typeof nodesOf>>} */
const unchanged = new Map();

/** A module's nodes, those of the functions that make keys first and often. */
function nodesOf(code) {
  const known = unchanged.get(code);
  if (known) return known;
  const { body } = parse(code);
  const all = body.flatMap((node) => [...walk(node)]);
  const isKeyFunction = (node) =>
    /^(?:Function|Import|Export)/.test(node.type) && KEYS.test(code.slice(node.start, node.end));
  const keyNodes = body.filter(isKeyFunction).flatMap((node) => [...walk(node)]);
  return { all, keyNodes };
}

for (const code of [RUNTIME, FLIGHT_ARGUMENTS, PAGES]) unchanged.set(code, nodesOf(code));

const change = fc.record({
  inKeys: fc.integer({ min: 0, max: 9 }).map((number) => number > 0),
  at: fc.nat(1 << 20),
  other: fc.nat(1 << 20),
  how: fc.constantFrom("drop", "twice", "replace", "replace", "swap", "literal", "not", "comment", "wrap"),
});

/** A module with one piece of it changed. */
function changed(code, { all, keyNodes }, { inKeys, at, other, how }) {
  const nodes = inKeys && keyNodes.length > 0 ? keyNodes : all;
  const node = nodes[at % nodes.length];
  const alike = nodes.filter(({ type }) => type === node.type);
  const twin = alike[other % alike.length];
  const text = code.slice(node.start, node.end);
  const twinText = code.slice(twin.start, twin.end);
  const put = ({ start, end }, by) => code.slice(0, start) + by + code.slice(end);
  switch (how) {
    case "drop":
      return put(node, "");
    case "twice":
      return put(node, `${text}\n${text}`);
    case "replace":
      return put(node, twinText);
    case "swap": {
      const [first, second] = [node, twin].toSorted((one, two) => one.start - two.start);
      if (first.end > second.start) return code;
      const tail = code.slice(0, second.start) + code.slice(first.start, first.end) + code.slice(second.end);
      return tail.slice(0, first.start) + code.slice(second.start, second.end) + tail.slice(first.end);
    }
    case "literal":
      return put(node, /^["'`]/.test(text) ? `${text.slice(0, -1)}x${text.slice(-1)}` : `${text}1`);
    case "not":
      return put(node, `!(${text})`);
    case "comment":
      return put(node, `/* a comment */ ${text} `);
    default:
      return put(node, `((${text}))`);
  }
}

const changes = fc.array(change, { minLength: 1, maxLength: 3 });

/** Applies changes one by one; one that leaves no module is left out. */
function mutated(code, list) {
  return list.reduce((before, one) => {
    const after = changed(before, nodesOf(before), one);
    return "value" in outcome(() => parse(after)) ? after : before;
  }, code);
}

/** The module as the plugin rewrites it, or the reason why the plugin does not change it. */
function rewritten(code, shape, sibling) {
  try {
    return { code: rewrite(code, shape, { parse, keys: "keys", sibling: () => sibling }) };
  } catch (error) {
    // Any other error would be one of the matcher itself.
    if (Object.getPrototypeOf(error) === Error.prototype) return { reason: error.message };
    throw error;
  }
}

function expectSame(actual, expected, code) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${inspect({ actual, expected }, { depth: 6 })}\n${code}`);
}

const scoped = (outcomes) =>
  outcomes.map((list) =>
    list.map((one) => (typeof one.value === "string" ? { value: SCOPE + one.value } : one)),
  );

/** Every property by its title, and its share of the cases. */
export const mutatedCode = {
  "cache-runtime with changes": [
    2,
    fc.property(changes, fc.option(changes), (list, siblingList) => {
      const code = mutated(RUNTIME, list);
      const sibling = mutated(FLIGHT_ARGUMENTS, siblingList ?? []);
      const result = rewritten(code, families["use-cache"], sibling);
      if (result.code === undefined || !loads(code, {}) || !loads(sibling, { createHash })) return;
      expectSame(callKeys(result.code, sibling, true), callKeys(code, sibling, false), code);
    }),
  ],
  "cache-runtime with changes, in a Worker": [
    1,
    fc.property(changes, (list) => {
      const result = rewritten(mutated(RUNTIME, list), workerShape(families["use-cache"]), FLIGHT_ARGUMENTS);
      if (result.code !== undefined) parse(result.code);
    }),
  ],
  "isr-cache with changes": [
    3,
    fc.property(changes, (list) => {
      const code = mutated(PAGES, list);
      const result = rewritten(code, families.pages, "");
      if (result.code === undefined || !loads(code, PAGE_IMPORTS)) return;
      expectSame(pageKeys(result.code), scoped(pageKeys(code)), code);
    }),
  ],
};
