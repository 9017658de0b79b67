import { calls } from "../../../calls.jsx";

export const dynamic = "force-dynamic";

export async function GET(_request, { params }) {
  const { name } = await params;
  if (name === "names") return Response.json(Object.keys(calls));
  await calls[name]();
  return new Response("ok");
}
