// What the demo over Redis claims, each claim held against what was seen.

const sum = (tallies, part) => Object.values(tallies).reduce((total, tally) => total + tally[part], 0);
const count = (number) => new Intl.NumberFormat("en").format(number);

/** @param {Omit<Awaited<ReturnType<typeof import("./course.mjs").runRedisDemo>>, "checks">} seen */
export function check({
  requests,
  sent,
  tallies,
  pids,
  implementations,
  sharedHits,
  kept,
  purged,
  before,
  after,
  purge,
}) {
  const [answered, hits, crossed] = ["requests", "hits", "crossed"].map((part) => sum(tallies, part));
  const everyone = [purged, ...kept];
  return [
    {
      ok: answered === sent && sent >= requests && everyone.every((id) => tallies[id]?.requests > 0),
      claim: `every request was answered, by ${new Set(pids).size} processes of ${everyone.length} deployments`,
      detail: `${count(answered)} of ${count(sent)}`,
    },
    {
      ok: answered > 0 && crossed === 0,
      claim: "no deployment answered with what another computed",
      detail: `crossed reads: ${count(crossed)}`,
    },
    {
      ok:
        sharedHits.length === everyone.length &&
        sharedHits.every((one) => one > 0 && one === Math.max(...sharedHits)),
      claim: "the second process of each deployment began with the entries of the first",
      detail: `hits: ${sharedHits.join(", ")}`,
    },
    {
      ok: before[purged] > 0 && after[purged] === undefined && purge.deleted >= before[purged],
      claim: `the purge deleted all that ${purged} had left, pages included`,
      detail: `keys: ${before[purged] ?? 0}, then ${after[purged] ?? 0}`,
    },
    {
      ok: hits === answered && kept.every((id) => after[id] > 0 && after[id] === before[id]),
      claim: `${kept.join(" and ")} kept their entries, and every answer was a hit`,
      detail: `keys: ${kept.map((id) => after[id] ?? 0).join(", ")}; hits: ${count(hits)} of ${count(answered)}`,
    },
    {
      ok: implementations.length > 0 && implementations.every((one) => one?.kind === "native"),
      claim: "every process derives its keys natively",
      detail: [
        ...new Set(
          implementations.map((one) => (one ? `${one.kind}: ${one.target ?? one.reason}` : "vinext's own")),
        ),
      ].join(", "),
    },
  ];
}
