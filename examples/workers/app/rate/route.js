import { stamp } from "../version.js";

export const dynamic = "force-static";
export const revalidate = 3600;

/** A cached route handler. */
export async function GET() {
  return new Response(stamp("1.08 USD"));
}
