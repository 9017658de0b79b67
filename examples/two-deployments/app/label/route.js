import { measure } from "../shop.js";

export async function POST(request) {
  const form = await request.formData();
  return new Response(await measure(form.get("label")));
}
