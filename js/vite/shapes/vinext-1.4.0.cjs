// How vinext 1.4.0 derives its keys. All that the plugin knows of a release of vinext is in such a file. shapes.mjs explains the
// fields.

/** @param {string} expression what Vite replaces by a value */
const inlined = (expression) => `{
  try { return ${expression}; }
  catch ($error) { if ($error instanceof ReferenceError) return void 0; throw $error; }
}`;
const DEPLOYMENT_ID = `function $deploymentId() ${inlined("process.env.__VINEXT_DEPLOYMENT_ID || process.env.NEXT_DEPLOYMENT_ID")}`;
const BUILD_ID = `function $buildId() ${inlined("process.env.__VINEXT_BUILD_ID")}`;

const FLIGHT_ARGUMENTS = "./cache-flight-arguments.js";
const RENDER_MODE = "./app-rsc-render-mode.js";

/** @type {import("../shapes.mjs").Release} */
module.exports = {
  version: "1.4.0",
  identity: { deploymentId: DEPLOYMENT_ID, buildId: BUILD_ID },

  families: {
    "use-cache": {
      specifier: "vinext/shims/cache-runtime",
      derivedBy: ["registerCachedFunction"],
      siblings: {
        [FLIGHT_ARGUMENTS]: {
          imports: { $createHash: ["createHash", "node:crypto"] },
          exports: { $digest: "flightArgumentsKey" },
          functions: {
            flightArgumentsKey: `function $digest($args) {
              const $reply = typeof $args.reply === "string" ? $args.reply
                : $args.reply.map(($entry) => $entry.length === 2 ? $entry : [$entry[0], { bytes: $entry[1] }]);
              return $createHash("sha256").update(JSON.stringify({ ...$args, reply: $reply })).digest("base64url");
            }`,
          },
          mentions: { $digest: 2, $createHash: 2 },
        },
      },
      imports: { $digest: ["flightArgumentsKey", FLIGHT_ARGUMENTS] },
      exports: { $build: "buildUseCacheKey" },
      functions: {
        "the deployment ID": DEPLOYMENT_ID,
        "the build ID": BUILD_ID,
        "the key seed": "function $seed() { return $deploymentId() || $buildId(); }",
        buildUseCacheKey: `function $build($id, $keySeed, $argsKey) {
          const $scopedId = $keySeed ? \`build:\${encodeURIComponent($keySeed)}:\${$id}\` : $id;
          return $argsKey === void 0 ? \`use-cache:\${$scopedId}\` : \`use-cache:\${$scopedId}:\${$argsKey}\`;
        }`,
      },
      mentions: { $build: 3, $digest: 2, $seed: 2, $deploymentId: 2, $buildId: 2 },
      edits: {
        "$seed()": "@keySeed",
        "$build($id, $keySeed, $digest($args))": "@deriveUseCacheKey($id, $keySeed, $args)",
      },
      reexports: ["buildUseCacheKey"],
      workerEdits: {
        "$build($id, $keySeed, $digest($args))":
          "$build($id, @keySeed($keySeed), $digest(@keyedArguments($args)))",
      },
    },

    pages: {
      specifier: "vinext/internal/server/isr-cache",
      derivedBy: ["appIsrCacheKey", "appIsrFallbackShellKey", "isrCacheKey", "pagesIsrCacheKey"],
      imports: {
        $createHash: ["createHash", "node:crypto"],
        $forRouteMatch: ["normalizePathnameForRouteMatch", "../routing/utils.js"],
        $isIntercepted: ["isInterceptionMatchedUrlPath", "./normalize-path.js"],
        $normalizeSlots: ["normalizeMountedSlotsHeader", "./app-mounted-slots-header.js"],
        $NAVIGATION: ["APP_RSC_RENDER_MODE_NAVIGATION", RENDER_MODE],
        $modeVariant: ["getRscRenderModeCacheVariant", RENDER_MODE],
      },
      exports: {
        $anyKey: "isrCacheKey",
        $pagesKey: "pagesIsrCacheKey",
        $appKey: "appIsrCacheKey",
        $shellKey: "appIsrFallbackShellKey",
        $htmlKey: "appIsrHtmlKey",
        $shellHtmlKey: "appIsrFallbackShellHtmlKey",
        $rscKey: "appIsrRscKey",
        $routeKey: "appIsrRouteKey",
      },
      otherExports: [
        "PRERENDER_REVALIDATE_HEADER",
        "PRERENDER_REVALIDATE_ONLY_GENERATED_HEADER",
        "buildAppPageCacheValue",
        "buildPagesCacheValue",
        "coalesceOnDemandResponse",
        "coalesceOnDemandRevalidation",
        "getRevalidateSecret",
        "isOnDemandRevalidateRequest",
        "isRevalidateSecret",
        "isrCacheControl",
        "isrGet",
        "isrSet",
        "isrSetPrerenderedAppPage",
        "normalizeMountedSlotsHeader",
        "resolveRouteExpireSeconds",
        "triggerBackgroundRegeneration",
      ],
      functions: {
        normalizeCachePathname:
          'function $normalize($pathname) { return $pathname === "/" ? "/" : $pathname.replace(/\\/$/, ""); }',
        digestKeyPart:
          'function $digest($value) { return $createHash("sha256").update($value).digest("hex"); }',
        buildCacheKey: `function $build($prefix, $pathname, $suffix) {
          const $normalized = $normalize($pathname);
          const $suffixPart = $suffix ? \`:\${$suffix}\` : "";
          const $key = \`\${$prefix}:\${$normalized}\${$suffixPart}\`;
          if ($key.length <= 200) return $key;
          return \`\${$prefix}:__hash:\${$digest($normalized)}\${$suffixPart}\`;
        }`,
        isrCacheKey: `function $anyKey($router, $pathname, $id) {
          return $build($id ? \`\${$router}:\${$id}\` : $router, $pathname);
        }`,
        pagesIsrCacheKey: `function $pagesKey($pathname, $id, $variant) {
          return $anyKey("pages:v2", $normalize($forRouteMatch($pathname)) +
            ($variant ? \`::i18n=\${encodeURIComponent($variant)}\` : ""), $id);
        }`,
        appIsrCacheKey: `function $appKey($pathname, $suffix, $id = process.env.__VINEXT_BUILD_ID) {
          return $build($id ? \`app:v2:\${$id}\` : "app:v2", $pathname, $suffix);
        }`,
        appIsrFallbackShellKey: `function $shellKey($pathname, $suffix, $id = process.env.__VINEXT_BUILD_ID) {
          return $build($id ? \`app-fallback-shell:v1:\${$id}\` : "app-fallback-shell:v1", $pathname, $suffix);
        }`,
        appIsrHtmlKey: 'function $htmlKey($pathname) { return $appKey($pathname, "html"); }',
        appIsrFallbackShellHtmlKey:
          'function $shellHtmlKey($pathname) { return $shellKey($pathname, "html"); }',
        normalizeInterceptionContextForCacheKey:
          "function $context($value) { return $isIntercepted($value) ? $value : null; }",
        appIsrRscKey: `function $rscKey($pathname, $header, $mode = $NAVIGATION, $source, $id) {
          const $slots = $normalizeSlots($header);
          const $sourceVariant = $source === void 0 || $source === null ? null : $context($source);
          const $variant = [
            $sourceVariant ? \`source:\${$digest($sourceVariant)}\` : null,
            $id ? \`selector:\${$digest($id)}\` : null,
            $slots ? \`slots:\${$digest($slots)}\` : null,
            $modeVariant($mode)
          ].filter(($part) => $part !== null).join(":");
          return $appKey($pathname, $variant ? \`rsc:\${$variant}\` : "rsc");
        }`,
        appIsrRouteKey: `function $routeKey($pathname) {
          return $appKey($pathname, $pathname !== "/" && $pathname.endsWith("/") ? "route:trailing-slash" : "route");
        }`,
      },
      mentions: {
        $createHash: 2,
        $forRouteMatch: 2,
        $isIntercepted: 2,
        $normalizeSlots: 3,
        $NAVIGATION: 2,
        $modeVariant: 2,
        $normalize: 3,
        $digest: 5,
        $build: 4,
        $anyKey: 3,
        $pagesKey: 2,
        $appKey: 5,
        $shellKey: 3,
        $htmlKey: 2,
        $shellHtmlKey: 2,
        $context: 2,
        $rscKey: 2,
        $routeKey: 2,
      },
      edits: {
        "$build($id ? `${$router}:${$id}` : $router, $pathname)": "@scopedPageKey(&)",
        '$build($id ? `app:v2:${$id}` : "app:v2", $pathname, $suffix)': "@scopedPageKey(&)",
        '$build($id ? `app-fallback-shell:v1:${$id}` : "app-fallback-shell:v1", $pathname, $suffix)':
          "@scopedPageKey(&)",
      },
    },
  },
};
