// What a vinext app derives keys from: ids of about 190 characters, small arguments most of the time, large ones at worst.

const id = JSON.stringify([
  "/home/deploy/apps/storefront/app/(shop)/[lang]/products/[category]/[slug]/page.tsx:getProductWithOffers",
  "3f9a1c04d2be87f65a10c9de44b7f2a8e1d05c73#$$hoist_0_getProductWithOffers",
]);
const seed = "dpl_8f3KqZ1vT6nYw2LxR9";
const digest = "y9ZZYIekUNGK1siSeZJw_LlKpGDWCwKDyXsBoRvwjVA";

const KB = 1 << 10;
const fill = (unit, length) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
/** React's encoding of one argument that is a list of objects, or a text. */
const json = (length) =>
  `[[${fill('{"id":10452,"name":"Trail shoe","tags":["new","sale"],"price":129.5},', length - 8)}"…"]]`;
const text = (unit) => (length) => JSON.stringify([fill(unit, length - 4)]);
const prose = text("The quick brown fox jumps over the lazy dog, and then it rests for a while. ");
const nonAscii = text("Größe und Maß: 日本語のテキスト、それから少し英語 too. ");
const emoji = text("A quick brown fox 🦊 jumps over the lazy dog 🐶🐶, and then it rests. ");
const base64 = fill("iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4", KB * KB);

/** A call of the fused function, over arguments as vinext's `snapshotFlightReply` makes them. */
const derive = (name, reply, pagePropsIndex) => ({
  name,
  call: "deriveUseCacheKey",
  args: [id, seed, { version: 1, reply, pagePropsIndex }],
});

export const cases = [
  { name: "buildUseCacheKey", call: "buildUseCacheKey", args: [id, seed, digest] },
  derive("no arguments", "[]"),
  derive("40 characters", prose(40)),
  derive(
    "page props",
    [
      ["0", '[{"params":"$@1"}]'],
      ["1", '{"lang":"en","category":"shoes","slug":"trail"}'],
    ],
    0,
  ),
  derive("1 KB JSON", json(KB)),
  derive("1 KB non-ASCII", nonAscii(KB)),
  derive("64 KB JSON", json(64 * KB)),
  derive("64 KB non-ASCII", nonAscii(64 * KB)),
  derive("64 KB prose", prose(64 * KB)),
  derive("64 KB emoji", emoji(64 * KB)),
  derive("1 MB JSON", json(KB * KB)),
  derive("1 MB file", [
    ["0", '["$K1"]'],
    ["1_file", base64, "image.png", 1, "image/png"],
  ]),
];

/** Arguments of every size, for the picture. */
export const sizes = Array.from({ length: 16 }, (_, power) => 32 << power).map((size) => ({
  size,
  ...derive(`${size} B`, json(size)),
}));

export const growth = [KB, 64 * KB, KB * KB, 64 * KB * KB].map((size) => ({
  size,
  ...derive(`${size} B`, prose(size)),
}));
