import { connection } from "next/server";
import { stamp } from "../version.js";

async function greet(name) {
  "use cache";
  return stamp(`Hello, ${name}`);
}

/** A page that is never cached, with a function that is. */
export default async function Greeting({ searchParams }) {
  await connection();
  const { name = "world" } = await searchParams;
  return <output>{await greet(name)}</output>;
}
