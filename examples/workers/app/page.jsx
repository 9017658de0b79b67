import { connection } from "next/server";

async function greet(name) {
  "use cache";
  return { text: `Hello, ${name}`, at: Date.now() };
}

export default async function Page({ searchParams }) {
  await connection();
  const { name = "world" } = await searchParams;
  const { text, at } = await greet(name);
  return <output>{`${text} (${at})`}</output>;
}
