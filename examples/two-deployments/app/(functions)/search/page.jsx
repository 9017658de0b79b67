import { search } from "../../shop.js";

export default async function Search() {
  const query = { term: "tea", tags: new Set(["green", "loose"]), since: new Date("2024-01-01") };
  return <output>{await search(query)}</output>;
}
