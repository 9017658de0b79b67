import { stamp } from "../../version.js";

export const dynamic = "force-static";
export const revalidate = 3600;

/** A cached page of the App Router. */
export default async function Product({ params }) {
  const { slug } = await params;
  return <output>{stamp(slug)}</output>;
}
