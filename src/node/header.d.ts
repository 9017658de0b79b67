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
  /** The name of a Workers version metadata binding in `env`, whose `id` goes before the build ID. */
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

/** Which implementation is loaded. */
export declare const implementation: {
  readonly kind: "native" | "portable";
  /** The path of the native binary. */
  readonly binary?: string;
  /** The platform that the binary is built for, such as `linux-x64-gnu`. */
  readonly target?: string;
  /** Why the native implementation is not loaded. */
  readonly reason?: string;
};
