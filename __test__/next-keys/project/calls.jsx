// Calls of cached functions, named after their arguments. Each one gives a key of another form.

async function cached(...args) {
  "use cache";
  return args.length;
}

async function remote(...args) {
  "use cache: remote";
  return args.length;
}

async function action() {
  "use server";
}

const bytes = (...list) => new Uint8Array(list);
const file = (content, name = "a.txt", type = "text/plain") => new File([content], name, { type });

function form() {
  const data = new FormData();
  for (const [name, value] of [
    ["0", '["v0","' + "c".repeat(42) + '",[]]'],
    ["a:b\nc", "line\r\nbreak"],
    ["", ""],
    ["file", file("content", "1:x\n.txt")],
  ])
    data.append(name, value);
  return data;
}

function nested(depth) {
  return depth === 0 ? "end" : [{ "[": nested(depth - 1) }];
}

const same = { same: true };

export const calls = {
  none: () => cached(),
  text: () => cached('a:b "quoted" \\ é 😀 ]['),
  control: () => cached("line\nbreak\0\u001f\u007f\u2028\t"),
  "lone surrogates": () => cached("\ud800", "\udc00\ud800"),
  dollar: () => cached("$", "$1", "$$", "$undefined"),
  "like a key": () => cached('["v0"]]', ["v0"], [["v0"]], 'c",["x"],["v0"]]'),
  long: () => cached("x".repeat(300)),
  number: () => cached(7, -0, 1.5, 1e21, 1e-7, -12, NaN, Infinity),
  others: () => cached(true, false, null, undefined, 12n, new Date(0), Symbol.iterator),
  object: () => cached({ slug: "a", list: [1, [], {}], "": { 0: "]" }, 'q"': null }),
  nested: () => cached(nested(30)),
  twice: () => cached(same, same, [same]),
  map: () =>
    cached(
      new Map([
        ["k", "v"],
        ["line\n", { a: [1] }],
      ]),
    ),
  set: () => cached(new Set(["é", "😀", same])),
  form: () => cached(form()),
  file: () => cached(file("bytes!", "na:me\n😀.txt")),
  "file, odd": () => cached(file("odd")),
  "file, empty": () => cached(file("", "", "")),
  "file, zeros": () => cached(file(bytes(0, 0, 10, 0, 13, 0, 0), "z")),
  "file, surrogates": () => cached(file(bytes(0x00, 0xd8, 0x00, 0xd8, 0x00, 0xdc, 0x00, 0xdc, 0x3d, 0xd8))),
  blob: () => cached(new Blob(["blob"], { type: "image/png" }), "and text"),
  "typed array": () =>
    cached(bytes(1, 2, 3), new Uint16Array([0xd800, 0x30, 0x3a]), new Float64Array([1, 2])),
  buffer: () => cached(bytes(91, 34, 91, 34).buffer, new DataView(bytes(0x5b, 0, 0x5b, 0).buffer)),
  "like fields": () => cached(new Map([["1:02:[]", "1:0"]]), bytes(0x31, 0, 0x3a, 0, 0x30, 0, 0x30, 0)),
  promise: () => cached(Promise.resolve({ slug: "s1" }), "and text"),
  iterable: () =>
    cached(
      (async function* () {
        yield "a";
        yield ["b"];
      })(),
    ),
  stream: () => cached(new Blob(["stream"]).stream()),
  iterator: () => cached([1, 2][Symbol.iterator]()),
  element: () => cached(<p>child</p>, { children: <b /> }),
  action: () => cached(action),
  remote: () => remote("remote"),
  bound() {
    const outer = { captured: "v0" };
    async function inner(value) {
      "use cache";
      return [outer.captured, value].length;
    }
    return inner("bound");
  },
};
