const PATHS = ["/greeting?name=Ada", "/products/tea", "/rate", "/archive", "/cache"];

export default function Home() {
  return PATHS.map((path) => (
    <p key={path}>
      <a href={path}>{path}</a>
    </p>
  ));
}
