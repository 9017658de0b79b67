import { connection } from "next/server";
import { summary } from "../../summary.js";

export default async function Page({ params }) {
  await connection();
  const { count } = await params;
  const row = (_, index) => ({ id: 10_000 + index, name: "Trail shoe", tags: ["new", "sale"], price: 129.5 });
  return <output>{await summary(Array.from({ length: Number(count) }, row))}</output>;
}
