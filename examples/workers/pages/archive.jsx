import { stamp } from "../app/version.js";

export const getStaticProps = () => ({ props: { text: stamp("archive") }, revalidate: 3600 });

/** A cached page of the Pages Router. */
export default function Archive({ text }) {
  return <output>{text}</output>;
}
