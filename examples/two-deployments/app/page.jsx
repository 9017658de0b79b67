const PATHS = ["/price", "/search", "/products/tea", "/rate", "/about", "/feed", "/help"];

export default function Home() {
  return PATHS.map((path) => (
    <p key={path}>
      <a href={path}>{path}</a>
    </p>
  ));
}
