import { connection } from "next/server";

/** Waits for a request, so that these pages are not cached themselves: only the functions that they call are. */
export default async function Layout({ children }) {
  await connection();
  return children;
}
