// The crate as Rust users get it.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import test from "ava";

const cargo = (args, env) =>
  promisify(execFile)("cargo", args, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, ...env },
  });

const treeOf = async (...features) => {
  const { stdout } = await cargo(["tree", "--locked", "--prefix=none", "--edges=normal", ...features]);
  return stdout.split("\n").map((line) => line.split(" ")[0]);
};

test("the crate contains Node-API only with the feature", async (t) => {
  const isNapi = (name) => name.startsWith("napi");
  const plain = await treeOf();
  t.true(plain.includes("sha2"));
  t.deepEqual(plain.filter(isNapi), []);
  t.true((await treeOf("--features=node")).some(isNapi));
});

for (const features of [[], ["--features=node"]]) {
  test(`its documentation has no warnings ${features}`, async (t) => {
    const env = { RUSTDOCFLAGS: "-D warnings" };
    await t.notThrowsAsync(cargo(["doc", "--locked", "--no-deps", "--quiet", ...features], env));
  });
}

test("the package has the example", async (t) => {
  const { stdout } = await cargo(["package", "--list", "--allow-dirty", "--offline"]);
  t.true(stdout.split("\n").includes("examples/purge.rs"));
});
