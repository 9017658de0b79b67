import { lang } from "next/root-params";

export const dynamic = "force-dynamic";

async function greeting(name) {
  "use cache";
  return `${name} ${await lang()}`;
}

export default async function Page() {
  return <p>{await greeting("root params")}</p>;
}
