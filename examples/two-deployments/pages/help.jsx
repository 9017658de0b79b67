import { stamp } from "../app/stamp.js";

/** The page is cached with its props. */
export const getStaticProps = () => ({ props: { text: stamp("call us") }, revalidate: 3600 });

export default function Help({ text }) {
  return <output>{text}</output>;
}
