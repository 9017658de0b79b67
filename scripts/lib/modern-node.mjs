// vinext needs Node 22.13. If the running Node is older, the npm package `node` provides a newer one.
//   node scripts/lib/modern-node.mjs script.mjs [argument…]   runs the script under it
// The variable MODERN_NODE names another Node, for a platform for which npm has none.
import { execFileSync, spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

const PACKAGE = "node@24.21.0";
/** What vinext and an unflagged node:sqlite need. */
const NEEDED = [22, 13];

let found;

/** The path of a Node that is new enough for vinext. */
export const modernNode = () => (found ??= findModernNode());

function findModernNode() {
  if (process.env.MODERN_NODE) return process.env.MODERN_NODE;
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return process.execPath;
  if (process.platform === "darwin" && process.arch === "arm64") {
    throw new Error(
      `vinext needs Node ${NEEDED.join(".")} or newer; this is Node ${process.versions.node}. Install a newer one.`,
    );
  }
  const exec = ["exec", "--yes", "--loglevel=error", "--ignore-scripts=false", `--package=${PACKAGE}`];
  return execFileSync("npm", [...exec, "--", "node", "-p", "process.execPath"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  }).trim();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const child = spawn(modernNode(), process.argv.slice(2), { stdio: "inherit" });
  // A terminal's Ctrl-C reaches the child as well, and this process waits for it to end.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    if (!signal) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
