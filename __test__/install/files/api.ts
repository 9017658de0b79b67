// Uses every export with its types, in strict code.
import {
  buildUseCacheKey,
  deriveUseCacheKey,
  flightArgumentsKey,
  implementation,
  parseUseCacheKey,
  resolveDeploymentId,
  resolveUseCacheKeySeed,
  useCacheKeyPrefix,
  validateDeploymentId,
} from "vinext-cache-key";
import type {
  DeploymentIdOptions,
  Environment,
  FlightArguments,
  FlightEntry,
  KeyOptions,
  KeySeedOptions,
  UseCacheKeyParts,
} from "vinext-cache-key";
import * as portable from "vinext-cache-key/portable";

const env: Environment = { NEXT_DEPLOYMENT_ID: "v1" };
const ofDeployment: DeploymentIdOptions = { runtimeServerDeploymentId: true };
const ofSeed: KeySeedOptions = { deploymentId: "v1", versionMetadataBinding: "VERSION" };
const ofKey: KeyOptions = { fileMetadata: true };
const text: FlightEntry = ["0", "[]"];
const file: FlightEntry = ["1", "AAEC", "a.txt", 0, "text/plain"];
const args: FlightArguments = { version: 1, reply: [text, file], pagePropsIndex: 0 };

const id: string | undefined = resolveDeploymentId(undefined, env, ofDeployment);
const seed: string | undefined = resolveUseCacheKeySeed(env, ofSeed);
const key: string = deriveUseCacheKey(validateDeploymentId("v1"), seed, args, ofKey);
const digest: string = flightArgumentsKey({ version: 1, reply: "[]" });
const parts: UseCacheKeyParts | null = parseUseCacheKey(buildUseCacheKey("id", null, digest));
const rootParams: Array<[string, string | string[] | null]> | undefined = parts?.rootParams;
const kind: "native" | "portable" = implementation.kind;
const same: typeof deriveUseCacheKey = portable.deriveUseCacheKey;

// @ts-expect-error An id is text.
buildUseCacheKey(1);
// @ts-expect-error Arguments have a version.
flightArgumentsKey({ reply: "[]" });
// @ts-expect-error There is no such export.
type Missing = typeof portable.missing;

export { digest, file, id, key, kind, rootParams, same, useCacheKeyPrefix, type Missing };
