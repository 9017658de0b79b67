import { describe } from "../../../shop.js";

export default async function Product({ params }) {
  "use cache";
  const { slug } = await params;
  return <output>{describe(slug)}</output>;
}
