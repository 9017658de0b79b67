import { price } from "../../shop.js";

export default async function Price() {
  return <output>{await price("tea", 3)}</output>;
}
