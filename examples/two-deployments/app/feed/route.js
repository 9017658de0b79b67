import { stamp } from "../stamp.js";

// The response is cached.
export const dynamic = "force-static";
export const revalidate = 3600;

export const GET = () => new Response(stamp("3 news"));
