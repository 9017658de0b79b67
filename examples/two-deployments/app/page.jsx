const PATHS = ["/price", "/search", "/products/tea", "/rate"];

export default function Home() {
  return PATHS.map((path) => (
    <p key={path}>
      <a href={path}>{path}</a>
    </p>
  ));
}
