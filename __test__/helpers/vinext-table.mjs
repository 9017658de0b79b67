// The record of vinext's releases as docs/compatibility.md shows it.

const PLUGIN = { replaced: "derives the keys", "left alone": "warns, and leaves vinext's own code" };

/** Neighbours that read the same share a line. */
export function table(rows) {
  const lines = [];
  for (const [version, { equal, plugin, keys }] of Object.entries(rows)) {
    const same = (...names) => names.every((name) => equal.includes(name));
    const cells = [
      same("buildUseCacheKey", "resolveUseCacheKeySeed", "resolveDeploymentId") ? "the same" : "others",
      same("flightArgumentsKey", "deriveUseCacheKey") ? "the same" : "React's text, or a digest of form data",
      keys.text.includes('["/app') ? "with a server reference" : "bare",
      keys.text.includes(":root-params:") ? "in the key" : "not in the key",
      PLUGIN[plugin],
    ].join(" | ");
    const last = lines.at(-1);
    if (last?.cells === cells) last.to = version;
    else lines.push({ from: version, to: version, cells });
  }
  const titles = [
    "vinext",
    "key and identity",
    "key of the arguments",
    "function id",
    "root params",
    "the plugin",
  ];
  return [
    `| ${titles.join(" | ")} |`,
    `| ${titles.map(() => "---").join(" | ")} |`,
    ...lines.map(({ from, to, cells }) => `| ${from === to ? from : `${from} to ${to}`} | ${cells} |`),
  ].join("\n");
}
