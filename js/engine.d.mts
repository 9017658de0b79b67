// What the shell (shell.mjs) asks of an engine. There are two engines: the native one, and the portable one in plain JavaScript.

export interface Engine {
  /** Checks a deployment ID. */
  validate(id: string): DeploymentId;
  /** The deployment ID of a build, or of a server that takes it from its environment when it starts. `""` means none. */
  resolve(config: string | undefined, env: string | undefined, atRunTime: boolean): DeploymentId;
  /** The SHA-256 of a text's UTF-8, as 43 base64url characters. */
  digest(json: string): string;
  /** The JSON of a key's `UseCacheKeyParts`, which is `null` for text that is not a key. */
  parse(key: string): string;
  /** The JSON of the `CacheKeyParts` of a key of any family, which is `null` for other text. */
  parseCacheKey(key: string): string;
  /** The key for a store, or how many bytes the shortened one has if that is more than `maxBytes`. */
  shorten(key: string, maxBytes: number): string | number;
  /** `prefix`, `id`, `":"` and `argsKey`. */
  buildKey(prefix: string, id: string, argsKey: string): Key;
  /** The shape of arguments that the engine prints as `JSON.stringify` does. -1 declines: the shell prints them. */
  shapeOf(keyed: object): Shape | -1;
  /** The key of a call with such arguments. */
  keyOf(prefix: string, id: string, keyed: object, shape: Shape): Key;
}

/** The Rust addon, which takes and gives text and integers. */
export interface Addon extends Omit<Engine, "digest" | "parse" | "shapeOf" | "keyOf"> {
  /** The engine's `digest`. */
  flightArgumentsKey: Engine["digest"];
  /** The engine's `parse`. */
  parseUseCacheKey: Engine["parse"];
  /** The key of a call whose reply is text. */
  textKey(prefix: string, id: string, reply: string, shape?: Shape): Key;
  /** The key of a call whose reply has entries: of each one its name, then its text or the base64 of its bytes. */
  entriesKey(prefix: string, id: string, shape: Shape, ...texts: unknown[]): Key;
  /** The same with the last text in pieces, 64 at most. Without entries, this text is the reply. */
  longKey(prefix: string, id: string, shape: Shape, ...texts: unknown[]): Key;
}

/** An ID, or the number of the reason why it is rejected. `refusal` in shell.mjs has the code and message of each number. */
export type DeploymentId = string | Refusal;

/** Not a string; invalid characters; missing at run time; not the configured one. */
export type Refusal = 0 | 1 | 2 | 3;

/**
 * A key. `undefined` declines: the shell makes the key itself. The addon declines texts of more than 89 million UTF-16 units
 * in all (44 million on 32-bit systems), base64 that is not ASCII, and what is not a string.
 */
export type Key = string | undefined;

/**
 * The parts of arguments that are not text, in one integer, because each argument of a native call takes time.
 *
 * - bits 0 to 7: entry *i* is a file
 * - bits 8 to 15 and 16 to 23: `pagePropsIndex` and `layoutPropsIndex`, plus one; zero for none
 * - bits 24 to 27: the number of entries, 8 at most
 */
export type Shape = number;
