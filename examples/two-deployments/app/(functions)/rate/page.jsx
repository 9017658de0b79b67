import { rate } from "../../shop.js";

export default async function Rate() {
  return <output>{await rate("USD")}</output>;
}
