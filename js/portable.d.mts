export * from "vinext-cache-key";
