// Generates the lists of platforms. Only `napi.targets` in package.json is written by hand.
import { targets } from "../prebuild/targets.mjs";

/** What each system and processor is called in prose, and where GitHub builds for it. */
const MACHINES = {
  "darwin-arm64": { name: "macOS on Apple silicon", runner: "macos-15" },
  "darwin-x64": { name: "macOS on Intel", runner: "macos-15-intel" },
  "linux-arm": { name: "Linux on 32-bit ARM", runner: "ubuntu-24.04" },
  "linux-arm64": { name: "Linux on 64-bit ARM", runner: "ubuntu-24.04-arm" },
  "linux-x64": { name: "Linux on x64", runner: "ubuntu-24.04" },
  "win32-arm64": { name: "Windows on ARM", runner: "windows-11-arm" },
  "win32-x64": { name: "Windows on x64", runner: "windows-2025" },
};

const ordered = [...targets].sort((a, b) => (a.platform < b.platform ? -1 : 1));
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** @param {string} platform such as `linux-x64-musl` */
function describe(platform) {
  const [os, cpu, abi = ""] = platform.split("-");
  const libc = abi.startsWith("gnu") ? "glibc" : abi === "musl" ? "musl" : undefined;
  const machine = MACHINES[`${os}-${cpu}`];
  if (!machine) throw new Error(`add ${os}-${cpu} to MACHINES in scripts/generate/platforms.mjs`);
  return {
    os,
    cpu,
    libc,
    runner: machine.runner,
    name: libc ? `${machine.name} with ${libc}` : machine.name,
  };
}

/**
 * Replaces the lines between two lines that stay.
 *
 * @param {string} text
 * @param {string} first
 * @param {string} last
 * @param {string[]} lines
 */
export function between(text, first, last, lines) {
  const start = text.indexOf(first) + first.length;
  const end = text.indexOf(last, start);
  if (start < first.length || end < 0)
    throw new Error(`the lines ${first.trim()} … ${last.trim()} are missing`);
  return text.slice(0, start) + lines.join("") + text.slice(end);
}

function packageOf({ platform, triple }, { name, version, license, engines }) {
  const { os, cpu, libc, name: machine } = describe(platform);
  const main = `${name}.${platform}.node`;
  const manifest = {
    name: `${name}-${platform}`,
    version,
    description: `The native addon of ${name} for ${machine}`,
    license,
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    main,
    files: [main],
    engines,
  };
  const readme = `# ${manifest.name}

The native addon of \`${name}\` for ${machine} (\`${triple}\`). npm installs it with
\`${name}\` where it fits; there is no need to depend on it.
`;
  return [
    [`npm/${platform}/package.json`, json(manifest)],
    [`npm/${platform}/README.md`, readme],
  ];
}

const loaderCase = ({ platform }) => `      case "vinext-cache-key-${platform}":
        return { addon: require("vinext-cache-key-${platform}") };
`;

const matrixEntry = ({ platform, triple }) =>
  `          - { platform: ${platform}, target: ${triple}, runner: ${describe(platform).runner} }\n`;

/**
 * The files with a list of platforms, and the text that they should have.
 *
 * @param {(path: string) => string} read
 * @returns {[path: string, text: string][]}
 */
export function platformFiles(read) {
  const manifest = JSON.parse(read("package.json"));
  manifest.optionalDependencies = Object.fromEntries(
    ordered.map(({ platform }) => [`${manifest.name}-${platform}`, `file:npm/${platform}`]),
  );
  const names = ordered.map(({ platform }) => `  "${platform}",\n`);
  const listed = between(read("index.js"), "const platforms = [\n", "];\n", names);
  const loader = between(listed, "    switch (specifier) {\n", "    }\n", ordered.map(loaderCase));
  const workflow = ".github/workflows/build.yml";
  const matrix = between(read(workflow), "        include:\n", "    env:\n", ordered.map(matrixEntry));
  return [
    ["package.json", json(manifest)],
    ["index.js", loader],
    [workflow, matrix],
    ...ordered.flatMap((target) => packageOf(target, manifest)),
  ];
}
