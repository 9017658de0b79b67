// The native binaries, for tsc: none needs to be there for the check.
declare module "vinext-cache-key-*";
declare module "*.node";
