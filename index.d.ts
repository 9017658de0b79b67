// Where these functions differ from vinext's on purpose:
// - A value of the wrong type is a TypeError that names the argument. vinext makes text of it, or fails as it happens to.
// - `fileMetadata` gives keys that vinext 1.4.0 does not make.
// - `resolveUseCacheKeySeed` returns `undefined` for no identity. vinext returns the last falsy value.
// - `validateDeploymentId` refuses `""` and `undefined`, which mean "no ID" in `resolveDeploymentId`.
// - `runtimeServerDeploymentId`, `deploymentId` and `versionMetadataBinding` are options that vinext does not have.

/** Where identities are read: an object like `process.env`, or the bindings of a Worker. */
export type Environment = Record<string, unknown>;

export interface DeploymentIdOptions {
  /**
   * The server takes its ID from its environment when it starts: `NEXT_DEPLOYMENT_ID` is required, and a configured ID must
   * be equal to it. Default: `false`.
   */
  runtimeServerDeploymentId?: boolean;
}

export interface KeySeedOptions {
  /** An ID that the caller knows, for instance of the request at hand. It goes before all others. */
  deploymentId?: string;
  /** The name of a Workers version metadata binding in `env`. Its `id` goes before the build ID, and must be there. */
  versionMetadataBinding?: string;
}

export interface KeyOptions {
  /** Key a file by its name and media type as well as by its bytes. Default: `false`, as in vinext 1.4.0. */
  fileMetadata?: boolean;
}

/** A text field, or a file: its bytes in base64, then what is known of it (`lastModified` in milliseconds). */
export type FlightEntry =
  | [name: string, text: string]
  | [name: string, base64: string, fileName: string, lastModified: number, type: string];

/** The arguments of a cached function as vinext transports them. */
export interface FlightArguments {
  version: 1;
  /** React's encoding of the arguments: text, or the entries of form data. */
  reply: string | Array<FlightEntry>;
  /** Which argument holds a page's props. */
  pagePropsIndex?: number;
  /** Which argument holds a layout's props. */
  layoutPropsIndex?: number;
}

/** Which implementation is loaded: the native addon, or plain JavaScript. */
export declare const implementation: NativeImplementation | PortableImplementation;

export interface NativeImplementation {
  readonly kind: "native";
  /** The path of the binary. */
  readonly binary: string;
  /** The platform that the binary is built for, such as `linux-x64-gnu`. */
  readonly target: string;
}

export interface PortableImplementation {
  readonly kind: "portable";
  /** Why the native implementation is not loaded. */
  readonly reason: string;
}

/**
 * The key under which vinext stores what a cached function returned.
 *
 * Mirrors `buildUseCacheKey` of vinext's cache-runtime. A key is logical: a store may prefix or hash it.
 *
 * @param id - The function's id, any text. Lone surrogates are kept.
 * @param keySeed - The identity that scopes the key. `""`, `null` and `undefined` mean none.
 * @param argsKey - The key of the arguments. `""` leaves a trailing colon; `undefined` does not.
 * @throws `ERR_INVALID_ARG_TYPE`, and `URIError` for a seed that holds a lone surrogate.
 * @example
 * ```js
 * buildUseCacheKey("id", "v1", "digest"); // "use-cache:build:v1:id:digest"
 * ```
 */
export declare function buildUseCacheKey(id: string, keySeed?: string | null, argsKey?: string): string;

/**
 * The key of a call: `buildUseCacheKey(id, keySeed, flightArgumentsKey(args, options))` in one step.
 *
 * @throws What those two throw.
 * @example
 * ```js
 * deriveUseCacheKey("id", "v1", { version: 1, reply: "[]" });
 * // "use-cache:build:v1:id:y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
 * ```
 */
export declare function deriveUseCacheKey(
  id: string,
  keySeed: string | null | undefined,
  args: FlightArguments,
  options?: KeyOptions,
): string;

/**
 * The key of a call's arguments: the unpadded base64url SHA-256 of `JSON.stringify({ ...args, reply })`, 43 characters, in
 * which each entry of bytes in `reply` stands by its bytes.
 *
 * Mirrors `flightArgumentsKey` of vinext's cache-flight-arguments, and is synchronous like it.
 *
 * @param args - The transport form that vinext's `snapshotFlightReply` makes. Its own enumerable properties are keyed in
 * their order; those that are `undefined` are left out.
 * @throws `ERR_INVALID_ARG_TYPE`, and whatever a getter or `toJSON` of the arguments throws.
 * @example
 * ```js
 * flightArgumentsKey({ version: 1, reply: "[]" }); // "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
 * ```
 */
export declare function flightArgumentsKey(args: FlightArguments, options?: KeyOptions): string;

/**
 * Takes a key of any family of vinext 1.4.0 apart.
 *
 * | `family` | what the entry is | what it names |
 * | --- | --- | --- |
 * | `use-cache` | a call of a `"use cache"` function | `keySeed`, and all that `parseUseCacheKey` returns |
 * | `app` | a page or route handler of the App Router | `buildId`, `path`, `artifact`, `variant` |
 * | `app-fallback-shell` | the shell of a page for unknown params | the same |
 * | `pages` | a page of the Pages Router | `buildId`, `path`, and the encoded locale as `variant` |
 * | `fetch`, `unstable_cache` | what all deployments share | `digest` |
 * | `tag` | when a tag was revalidated | `tag` |
 * | `shortened` | a page key that `storageKey` has shortened | `digest` |
 *
 * A build ID may hold `:` and `/`, and so may a path. Where the border between them is not certain, `ambiguous` is `true`,
 * and `buildAndPath` is the text of both.
 *
 * @param key - A logical key, without what a store may have put in front.
 * @returns The parts, or `null` for text that is a key of no family.
 * @throws `ERR_INVALID_ARG_TYPE` for what is not a string; for a string never.
 * @example
 * ```js
 * parseCacheKey("deployment:v1:app:v2:build-7:/about:html");
 * // { family: "app", ambiguous: false, deploymentId: "v1", buildId: "build-7", path: "/about", artifact: "html" }
 * ```
 */
export declare function parseCacheKey(key: string): CacheKeyParts | null;

/**
 * Takes a key apart: the inverse of `buildUseCacheKey`, with vinext's suffix for root params.
 *
 * A bare id (one without a server reference) that starts with `build:` reads as a seed where what follows, up to the next
 * `:`, is one as vinext encodes it. From such an id the arguments are told by being a digest or a JSON array.
 *
 * @param key - A logical key, without what a store may have put in front.
 * @returns The parts, or `null` for text that is no such key.
 * @throws `ERR_INVALID_ARG_TYPE` for what is not a string; for a string never.
 * @example
 * ```js
 * parseUseCacheKey('use-cache:build:v1:["/app/page.tsx:default","reference"]:');
 * // { keySeed: "v1", id: '["/app/page.tsx:default","reference"]', moduleId: "/app/page.tsx",
 * //   exportName: "default", serverReferenceId: "reference", argsKey: "", argsForm: "text" }
 * ```
 */
export declare function parseUseCacheKey(key: string): UseCacheKeyParts | null;

/**
 * The deployment ID of a build: the configured one, else the environment's.
 *
 * Mirrors vinext's `resolveDeploymentId`, which its config loader calls.
 *
 * @param configDeploymentId - `deploymentId` of next.config. `undefined` leaves the choice to the environment; `""` opts
 * out of having an ID, whatever the environment says; `null` is an error.
 * @param env - Where `NEXT_DEPLOYMENT_ID` is read. Default: `process.env` of the calling thread.
 * @returns The ID, or `undefined` where there is none.
 * @throws `ERR_DEPLOYMENT_ID_NOT_A_STRING`, `ERR_DEPLOYMENT_ID_INVALID_CHARACTERS`,
 * `ERR_RUNTIME_DEPLOYMENT_ID_MISSING`, `ERR_RUNTIME_DEPLOYMENT_ID_MISMATCH`, `ERR_INVALID_ARG_TYPE`
 * @example
 * ```js
 * resolveDeploymentId(undefined, { NEXT_DEPLOYMENT_ID: "v1" }); // "v1"
 * resolveDeploymentId("", { NEXT_DEPLOYMENT_ID: "v1" }); // undefined
 * ```
 */
export declare function resolveDeploymentId(
  configDeploymentId: unknown,
  env?: Environment,
  options?: DeploymentIdOptions,
): string | undefined;

/**
 * The identity that scopes the keys of a build: the deployment ID, else the build ID.
 *
 * Mirrors `getUseCacheKeySeed` of vinext's cache-runtime:
 * `process.env.__VINEXT_DEPLOYMENT_ID || process.env.NEXT_DEPLOYMENT_ID || process.env.__VINEXT_BUILD_ID`. Falsy values
 * are absent.
 *
 * @param env - Where the identities are read, or the bindings of a Worker. Default: `process.env` of the calling thread.
 * @param options - An identity that only the caller knows.
 * @returns The seed, or `undefined` where there is no identity.
 * @throws `ERR_INVALID_ARG_TYPE` for a truthy identity that is not a string, and for a binding without an `id` that is a
 * string and not empty; what `validateDeploymentId` throws for `options.deploymentId`.
 * @example
 * ```js
 * resolveUseCacheKeySeed({ NEXT_DEPLOYMENT_ID: "", __VINEXT_BUILD_ID: "build-7" }); // "build-7"
 * ```
 */
export declare function resolveUseCacheKeySeed(
  env?: Environment,
  options?: KeySeedOptions,
): string | undefined;

/**
 * A key for a store that limits the length of keys, such as Workers KV with 512 bytes. A key that fits is returned as it is.
 * Of a longer one the scope stays readable, so that a list by prefix still finds it, and the rest becomes a SHA-256 of the
 * whole key. Two keys share a storage key only if they share a SHA-256.
 *
 * @param key - A logical key. A key that holds a lone surrogate has no UTF-8 and counts as too long.
 * @param options - `maxBytes` is the limit in bytes of UTF-8, less what the store's adapter puts in front of the key.
 * @throws `ERR_INVALID_ARG_TYPE`; `RangeError` with `ERR_OUT_OF_RANGE` for a limit that is not an integer, and with
 * `ERR_STORAGE_KEY_TOO_LONG` for a limit that has no space for the scope and the SHA-256.
 * @example
 * ```js
 * storageKey("use-cache:build:v1:" + "x".repeat(600), { maxBytes: 512 });
 * // "use-cache:build:v1:sha256:BmnVC2VNxzkESylNoqb_7hfk10kM4xdKHYQeMKC6g8M"
 * ```
 */
export declare function storageKey(key: string, options: StorageKeyOptions): string;

export interface StorageKeyOptions {
  /** The length of the longest key that the store takes, in bytes of UTF-8. */
  maxBytes: number;
}

/** What `parseCacheKey` found in a key. */
export type CacheKeyParts =
  UseCacheCallParts | PageKeyParts | ShortenedKeyParts | SharedKeyParts | TagKeyParts;

export interface UseCacheCallParts extends UseCacheKeyParts {
  family: "use-cache";
  ambiguous: false;
}

export interface PageKeyParts {
  family: "app" | "app-fallback-shell" | "pages";
  /** Whether the border between build ID and path is not certain. */
  ambiguous: boolean;
  /** The deployment that scopes the key. */
  deploymentId?: string;
  /** The build that made the entry. */
  buildId?: string;
  /** The path of the page. */
  path?: string;
  /** The SHA-256 of a long path, in hexadecimal digits. */
  pathDigest?: string;
  /** Build ID and path, where the border between them is not certain. */
  buildAndPath?: string;
  /** Which of an App Router page's entries it is. */
  artifact?: "html" | "rsc" | "route";
  /** What else tells the entries of a path apart: what follows the artifact, or the encoded locale of the Pages Router. */
  variant?: string;
}

export interface ShortenedKeyParts {
  family: "shortened";
  ambiguous: false;
  /** The deployment that scopes the key, which is then a page key. */
  deploymentId?: string;
  /** The seed that scopes the key, which is then a `"use cache"` key. */
  keySeed?: string;
  /** The SHA-256 of the whole key, 43 base64url characters. */
  digest: string;
}

export interface SharedKeyParts {
  family: "fetch" | "unstable_cache";
  ambiguous: false;
  /** The SHA-256 of the request or the call, in hexadecimal digits. */
  digest: string;
}

export interface TagKeyParts {
  family: "tag";
  ambiguous: false;
  tag: string;
}

/** What `parseUseCacheKey` found in a key. */
export interface UseCacheKeyParts {
  /** The deployment or build ID that scopes the key, decoded. */
  keySeed?: string;
  /** The function's id, as `buildUseCacheKey` takes it. */
  id: string;
  /** The module that the cached function is in: a path on the machine that built the app. */
  moduleId?: string;
  /** The name by which the module exports the function. */
  exportName?: string;
  /** The id of the function's server reference. */
  serverReferenceId?: string;
  /** The key of the arguments: a digest in vinext 1.4.0. */
  argsKey?: string;
  /** Whether that is a digest, or React's text as in vinext before 1.4.0. */
  argsForm?: "digest" | "text";
  /** The root params that the function read, sorted by name; `null` for one that the route lacks. */
  rootParams?: Array<[name: string, value: string | Array<string> | null]>;
}

/**
 * What every key under a seed starts with, and no key under another: for listing and purging a deployment.
 *
 * @param keySeed - The identity that scopes the keys. Without one (`""`, `null`, `undefined`) the prefix is that of *every*
 * key, whatever its seed.
 * @throws `ERR_INVALID_ARG_TYPE`, and `URIError` for a seed that holds a lone surrogate.
 * @example
 * ```js
 * useCacheKeyPrefix("v 1"); // "use-cache:build:v%201:"
 * ```
 */
export declare function useCacheKeyPrefix(keySeed?: string | null): string;

/**
 * Checks the shape of a deployment ID.
 *
 * Mirrors the check in vinext's `resolveDeploymentId`.
 *
 * @param deploymentId - What should be an ID: ASCII letters, digits, `-` and `_`, at least one.
 * @returns The ID itself.
 * @throws `ERR_DEPLOYMENT_ID_NOT_A_STRING`, `ERR_DEPLOYMENT_ID_INVALID_CHARACTERS`
 * @example
 * ```js
 * validateDeploymentId("v1.2"); // throws: a dot is not allowed
 * ```
 */
export declare function validateDeploymentId(deploymentId: unknown): string;
