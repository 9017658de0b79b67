"use cache";

export default async function Page({ params }) {
  const { lang } = await params;
  return <p>{lang}</p>;
}
