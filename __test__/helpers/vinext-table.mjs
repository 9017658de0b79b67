// The record of vinext's releases as docs/compatibility.md shows it.

const PLUGIN = { replaced: "derives keys", "left alone": "warns" };

/** Releases that follow one another with the same results share a line. */
export function table(rows) {
  const lines = [];
  for (const [version, { equal, plugin, keys }] of Object.entries(rows)) {
    const same = (...names) => names.every((name) => equal.includes(name));
    const cells = [
      same("buildUseCacheKey", "resolveUseCacheKeySeed", "resolveDeploymentId") ? "same" : "other",
      same("flightArgumentsKey", "deriveUseCacheKey") ? "same" : "other",
      keys.text.includes('["/app') ? "with reference" : "bare",
      keys.text.includes(":root-params:") ? "yes" : "no",
      PLUGIN[plugin],
    ].join(" | ");
    const last = lines.at(-1);
    if (last?.cells === cells) last.to = version;
    else lines.push({ from: version, to: version, cells });
  }
  const titles = ["vinext", "key, identity", "arguments", "function id", "root params", "plugin"];
  return [
    `| ${titles.join(" | ")} |`,
    `| ${titles.map(() => "---").join(" | ")} |`,
    ...lines.map(({ from, to, cells }) => `| ${from === to ? from : `${from} to ${to}`} | ${cells} |`),
  ].join("\n");
}
