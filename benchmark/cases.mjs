// The inputs: ids of about 190 characters, as in a vinext app, with small arguments, which are typical, and large ones.

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

/**
 * A call of the fused function, over arguments as vinext's `snapshotFlightReply` makes them.
 * @param {number} [atMost] How many times as long as SHA-256 alone it may take, with space for a busy machine.
 */
const derive = (name, atMost, reply, others) => ({
  name,
  atMost,
  call: "deriveUseCacheKey",
  args: [id, seed, { version: 1, reply, pagePropsIndex: undefined, ...others }],
});

/** The same with other arguments in every call, as when no two requests are the same. */
const anew = ({ name, ...others }, atMost = others.atMost) => ({
  ...others,
  name: `${name}, always new`,
  atMost,
  isAnew: true,
});

const pageProps = derive(
  "page props",
  3.8,
  [
    ["0", '[{"params":"$@1"}]'],
    ["1", '{"lang":"en","category":"shoes","slug":"trail"}'],
  ],
  { pagePropsIndex: 0 },
);
const shortJson = derive("1 KB JSON", 2.2, json(KB));
const longJson = derive("64 KB JSON", 1.5, json(64 * KB));
const formFields = Array.from({ length: 12 }, (_, index) => [`1_field${index}`, "some words"]);

/** The last ones are declined by the fast path: a form with many fields, and a property that vinext does not make. */
export const cases = [
  { name: "buildUseCacheKey", call: "buildUseCacheKey", args: [id, seed, digest] },
  derive("no arguments", 3.6, "[]"),
  derive("40 characters", 3.4, prose(40)),
  pageProps,
  shortJson,
  derive("1 KB non-ASCII", 2, nonAscii(KB)),
  longJson,
  derive("64 KB non-ASCII", 1.6, nonAscii(64 * KB)),
  derive("64 KB prose", 1.4, prose(64 * KB)),
  derive("64 KB emoji", 2, emoji(64 * KB)),
  derive("1 MB JSON", 1.5, json(KB * KB)),
  derive("1 MB file", 1.4, [
    ["0", '["$K1"]'],
    ["1_file", base64, "image.png", 1, "image/png"],
  ]),
  anew(pageProps),
  anew(shortJson),
  anew(longJson),
  derive("12 form fields", 12, formFields),
  derive("64 KB JSON, declined", 12, json(64 * KB), { another: true }),
];

/** Arguments of every size, for the picture. */
export const sizes = Array.from({ length: 16 }, (_, power) => 32 << power).map((size) => ({
  size,
  ...derive(`${size} B`, undefined, json(size)),
}));

export const growth = [KB, 64 * KB, KB * KB, 64 * KB * KB].map((size) => ({
  size,
  ...derive(`${size} B`, undefined, prose(size)),
}));
