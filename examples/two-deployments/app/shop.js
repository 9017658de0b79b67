import { stamp } from "./stamp.js";

export async function price(article, quantity) {
  "use cache";
  return stamp(`${article} €${(quantity * 4.2).toFixed(2)}`);
}

export async function search({ term, tags }) {
  "use cache";
  return stamp(`${tags.size} ${term}s`);
}

export async function rate(currency) {
  "use cache: remote";
  return stamp(`1.08 ${currency}`);
}

export async function measure(file) {
  "use cache";
  return stamp(`${file.size} bytes`);
}

export const describe = (slug) => stamp(`fresh ${slug}`);
