// Terms:
// - Seed: the identity that scopes a key. It is the deployment ID, or the build ID if there is no deployment ID.
// - Reply: React's encoding of a function's arguments, as text or as the entries of form data.
// - Digest: the SHA-256 of the arguments in base64url, 43 characters.
// - Server reference: the id that React's bundler gives to a function.
//
// These functions differ from vinext's on purpose:
// - A value of the wrong type is a TypeError that names the argument. vinext converts it to text, or fails by chance.
// - `fileMetadata` gives keys that vinext 1.4.0 does not make.
// - `resolveUseCacheKeySeed` returns `undefined` if there is no identity. vinext returns the last falsy value.
// - `validateDeploymentId` rejects `""` and `undefined`, which mean "no ID" in `resolveDeploymentId`.
// - `runtimeServerDeploymentId`, `deploymentId` and `versionMetadataBinding` are options that vinext does not have.

/** The object in which identities are read: `process.env`, one like it, or the bindings of a Worker. */
export type Environment = Record<string, unknown>;

export interface DeploymentIdOptions {
  /**
   * The server takes its ID from its environment when it starts: `NEXT_DEPLOYMENT_ID` is required, and a configured ID must
   * be equal to it. Default: `false`.
   */
  runtimeServerDeploymentId?: boolean;
}

export interface KeySeedOptions {
  /** An ID that the caller knows, for example from the current request. It has precedence over all others. */
  deploymentId?: string;
  /** The name of a Workers version metadata binding in `env`. Its `id` is required, and has precedence over the build ID. */
  versionMetadataBinding?: string;
}

export interface KeyOptions {
  /** Key a file by its name and media type as well as by its bytes. Default: `false`, as in vinext 1.4.0. */
  fileMetadata?: boolean;
}

/** A text field, or a file: its bytes in base64, its name, its time in milliseconds, and its media type. */
export type FlightEntry =
  | [name: string, text: string]
  | [name: string, base64: string, fileName: string, lastModified: number, type: string];

/** The arguments of a cached function, in the form in which vinext transports them. */
export interface FlightArguments {
  version: 1;
  /** The reply: React's encoding of the arguments, as text or as the entries of form data. */
  reply: string | Array<FlightEntry>;
  /** The index of the argument that is a page's props. */
  pagePropsIndex?: number;
  /** The index of the argument that is a layout's props. */
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
 * Builds the key under which vinext stores the result of a cached function.
 *
 * Mirrors `buildUseCacheKey` of vinext's cache-runtime. A key is logical: a store may add a prefix to it, or hash it.
 *
 * @param id - The function's id, any text. Lone surrogates are kept.
 * @param keySeed - The seed: the deployment ID or build ID that scopes the key. `""`, `null` and `undefined` mean none.
 * @param argsKey - The digest of the arguments, as `flightArgumentsKey` returns it. `""` leaves a trailing colon; `undefined` does
 * not.
 * @throws `ERR_INVALID_ARG_TYPE`, and `URIError` for a seed that contains a lone surrogate.
 * @example
 * ```js
 * buildUseCacheKey("id", "v1", "digest"); // "use-cache:build:v1:id:digest"
 * ```
 */
export declare function buildUseCacheKey(id: string, keySeed?: string | null, argsKey?: string): string;

/**
 * The key of a call: `buildUseCacheKey(id, keySeed, flightArgumentsKey(args, options))` in one step.
 *
 * @param id - The function's id, any text.
 * @param keySeed - The seed: the deployment ID or build ID that scopes the key.
 * @param args - The arguments, with React's encoding of them (the reply).
 * @throws The errors of those two functions.
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
 * The digest of a call's arguments: the SHA-256 of `JSON.stringify({ ...args, reply })` in base64url without padding, 43
 * characters. An entry of `reply` that is a file is replaced by its bytes before.
 *
 * Mirrors `flightArgumentsKey` of vinext's cache-flight-arguments, and is synchronous like it.
 *
 * @param args - The arguments as vinext's `snapshotFlightReply` returns them. All own enumerable properties are part of the
 * digest, in their order, except those that are `undefined`.
 * @throws `ERR_INVALID_ARG_TYPE`, and whatever a getter or `toJSON` of the arguments throws.
 * @example
 * ```js
 * flightArgumentsKey({ version: 1, reply: "[]" }); // "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA"
 * ```
 */
export declare function flightArgumentsKey(args: FlightArguments, options?: KeyOptions): string;

/**
 * Parses a key of any family of vinext 1.4.0.
 *
 * | `family` | what the entry is | what it names |
 * | --- | --- | --- |
 * | `use-cache` | a call of a `"use cache"` function | `keySeed`, and all that `parseUseCacheKey` returns |
 * | `app` | a page or route handler of the App Router | `buildId`, `path`, `artifact`, `variant` |
 * | `app-fallback-shell` | the shell of a page for unknown params | the same |
 * | `pages` | a page of the Pages Router | `buildId`, `path`, and the encoded locale as `variant` |
 * | `fetch`, `unstable_cache` | data that all deployments share | `digest` |
 * | `tag` | an adapter's record of when a tag was revalidated | `tag` |
 * | `shortened` | a key that `storageKey` has shortened | `digest`, and `keySeed` or `deploymentId` if the key had one |
 *
 * A build ID may contain `:` and `/`, and so may a path. If the border between them is not certain, `ambiguous` is `true`, and
 * `buildAndPath` is the text of both.
 *
 * @param key - A logical key, without the prefix of a store.
 * @returns The parts, or `null` for other text.
 * @throws `ERR_INVALID_ARG_TYPE` for a value that is not a string. Never for a string.
 * @example
 * ```js
 * parseCacheKey("deployment:v1:app:v2:build-7:/about:html");
 * // { family: "app", ambiguous: false, deploymentId: "v1", buildId: "build-7", path: "/about", artifact: "html" }
 * ```
 */
export declare function parseCacheKey(key: string): CacheKeyParts | null;

/**
 * Parses the key of a `"use cache"` function: the inverse of `buildUseCacheKey`, with vinext's suffix for root params.
 *
 * A bare id is an id without a server reference, which is the id that React's bundler gives to a function. `build:` at its
 * start counts as the mark of a seed if the text up to the next `:` is encoded as vinext encodes seeds. Behind a bare id, only
 * a digest or a JSON array counts as arguments.
 *
 * @param key - A logical key, without the prefix of a store.
 * @returns The parts, or `null` for other text.
 * @throws `ERR_INVALID_ARG_TYPE` for a value that is not a string. Never for a string.
 * @example
 * ```js
 * parseUseCacheKey('use-cache:build:v1:["/app/page.tsx:default","reference"]:');
 * // { keySeed: "v1", id: '["/app/page.tsx:default","reference"]', moduleId: "/app/page.tsx",
 * //   exportName: "default", serverReferenceId: "reference", argsKey: "", argsForm: "text" }
 * ```
 */
export declare function parseUseCacheKey(key: string): UseCacheKeyParts | null;

/**
 * The deployment ID of a build: the configured one, or otherwise that of the environment.
 *
 * Mirrors vinext's `resolveDeploymentId`, which its config loader calls.
 *
 * @param configDeploymentId - `deploymentId` of next.config. `undefined` leaves the choice to the environment. `""` opts out of
 * an ID, whatever the environment has. `null` is an error.
 * @param env - The object with `NEXT_DEPLOYMENT_ID`. Default: `process.env` of the calling thread.
 * @returns The ID, or `undefined` if there is none.
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
 * The seed, which is the identity that scopes keys: the deployment ID, or the build ID if there is no deployment ID.
 *
 * Mirrors `getUseCacheKeySeed` of vinext's cache-runtime:
 * `process.env.__VINEXT_DEPLOYMENT_ID || process.env.NEXT_DEPLOYMENT_ID || process.env.__VINEXT_BUILD_ID`. Falsy values
 * count as absent.
 *
 * @param env - The object with the identities, or the bindings of a Worker. Default: `process.env` of the calling thread.
 * @param options - Identities that only the caller knows.
 * @returns The seed, or `undefined` if there is no identity.
 * @throws `ERR_INVALID_ARG_TYPE` for a truthy identity that is not a string, and for a binding whose `id` is not a string or is
 * empty. For `options.deploymentId` also the errors of `validateDeploymentId`.
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
 * A key for a store that limits the length of keys, such as Workers KV with 512 bytes. A key that fits is returned unchanged.
 * A longer one becomes its scope, so that a list by prefix still finds it, and the SHA-256 of the whole key. Two keys share a
 * storage key only if they share a SHA-256.
 *
 * @param key - A logical key. A key that contains a lone surrogate has no UTF-8 and counts as too long.
 * @param options - `maxBytes` is the limit in bytes of UTF-8, minus the length of the adapter's prefix.
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

/** The parts of a key, as `parseCacheKey` returns them. */
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
  /** Build ID and path as one text, if the border between them is not certain. */
  buildAndPath?: string;
  /** Which entry of an App Router page it is. */
  artifact?: "html" | "rsc" | "route";
  /** The rest of the key, which tells entries of one path apart: the text behind the artifact, or the encoded locale. */
  variant?: string;
}

export interface ShortenedKeyParts {
  family: "shortened";
  ambiguous: false;
  /** The deployment that scopes the key. Only page keys have it. */
  deploymentId?: string;
  /** The seed that scopes the key. Only `"use cache"` keys have it. */
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

/** The parts of a key, as `parseUseCacheKey` returns them. */
export interface UseCacheKeyParts {
  /** The deployment or build ID that scopes the key, decoded. */
  keySeed?: string;
  /** The function's id, as `buildUseCacheKey` takes it. */
  id: string;
  /** The module that the cached function is in: a path on the machine that built the app. */
  moduleId?: string;
  /** The name by which the module exports the function. */
  exportName?: string;
  /** The id of the function's server reference, which React's bundler gives to it. */
  serverReferenceId?: string;
  /** The digest of the arguments. Before vinext 1.4.0 it can be React's text. */
  argsKey?: string;
  /** Whether `argsKey` is a digest, or React's text. */
  argsForm?: "digest" | "text";
  /** The root params that the function read, sorted by name; `null` for one that the route lacks. */
  rootParams?: Array<[name: string, value: string | Array<string> | null]>;
}

/**
 * The prefix of every `"use cache"` key under a seed, and of no other key: for listing and purging a deployment.
 *
 * @param keySeed - The seed: the deployment ID or build ID that scopes the keys. Without one (`""`, `null`, `undefined`) it is
 * the prefix of *every* `"use cache"` key.
 * @throws `ERR_INVALID_ARG_TYPE`, and `URIError` for a seed that contains a lone surrogate.
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
 * @param deploymentId - The ID: at least one ASCII letter, digit, `-` or `_`.
 * @returns The ID itself.
 * @throws `ERR_DEPLOYMENT_ID_NOT_A_STRING`, `ERR_DEPLOYMENT_ID_INVALID_CHARACTERS`
 * @example
 * ```js
 * validateDeploymentId("v1.2"); // throws: a dot is not allowed
 * ```
 */
export declare function validateDeploymentId(deploymentId: unknown): string;
