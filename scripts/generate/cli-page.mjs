// docs/cli.md: the help texts of the commands, as they print them.
import { execFileSync } from "node:child_process";

const COMMANDS = ["explain", "inspect", "purge", "stale", "prefix"];

const help = (...args) => {
  const options = { encoding: "utf8", env: { ...process.env, VINEXT_CACHE_KEY: "portable" } };
  return execFileSync(process.execPath, ["js/cli.mjs", ...args, "--help"], options).trimEnd();
};

const section = (title, text) => `## ${title}\n\n\`\`\`text\n${text}\n\`\`\`\n`;

/** @returns {[path: string, text: string][]} */
export function cliPage() {
  const intro = `# Command line

<!-- Written by \`npm run generate\` from the commands' own help. -->

\`npx vinext-cache-key <command>\` runs a command without an install. Every command takes \`--json\` for scripts. Colours and progress
appear only on a terminal.
`;
  const sections = COMMANDS.map((command) => section(command, help(command)));
  return [["docs/cli.md", [intro, section("All commands", help()), ...sections].join("\n")]];
}
