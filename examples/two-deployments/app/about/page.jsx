import { stamp } from "../stamp.js";

// The page itself is cached.
export const revalidate = 3600;

export default function About() {
  return <output>{stamp("about us")}</output>;
}
