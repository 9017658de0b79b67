import { stamp } from "../version.js";

async function describe(file) {
  "use cache";
  return stamp(`${file.name}: ${file.size} bytes`);
}

export async function POST(request) {
  const form = await request.formData();
  return new Response(await describe(form.get("label")));
}
