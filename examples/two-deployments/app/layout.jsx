import { connection } from "next/server";

export default async function Layout({ children }) {
  // Keeps the pages themselves out of the cache: only the cached functions' entries are to be seen there.
  await connection();
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
