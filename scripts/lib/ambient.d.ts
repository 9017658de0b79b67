// What index.js uses and no type declaration covers: the native addon, from a platform's package or a local build.
declare module "vinext-cache-key-*";
declare module "*.node";
declare namespace NodeJS {
  interface ProcessReport {
    excludeNetwork: boolean;
  }
}
