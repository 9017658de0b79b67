// Tests the module that gives a Worker its identity. workers.slow.test.mjs does the same in workerd.
import test from "ava";
import { workerIdentity } from "../js/vite/worker-identity.mjs";

const BINDING = "RELEASE";
const identityIn = (env, binding) => workerIdentity((name) => env[name], binding);

test.beforeEach(() => {
  delete process.env.NEXT_DEPLOYMENT_ID;
  delete process.env.VINEXT_PRERENDER;
});

test.serial("the variable names the deployment, and else the version", (t) => {
  t.is(identityIn({ NEXT_DEPLOYMENT_ID: "v1", RELEASE: { id: "r1" } }, BINDING)(), "v1");
  t.is(identityIn({ NEXT_DEPLOYMENT_ID: "", RELEASE: { id: "r1" } }, BINDING)(), "r1");
  t.is(identityIn({ RELEASE: { id: "r1" } }, BINDING)(), "r1");
  t.is(identityIn({ NEXT_DEPLOYMENT_ID: "v1" }, undefined)(), "v1");
});

test.serial("the ID of a version is read at the first key, and once", (t) => {
  const env = { RELEASE: { id: "" } };
  const identity = identityIn(env, BINDING);
  env.RELEASE = { id: "r1" };
  t.is(identity(), "r1");
  env.RELEASE = { id: "r2" };
  t.is(identity(), "r1");
});

test.serial("the app's code finds the ID in process.env, which workerd may not fill", (t) => {
  identityIn({ NEXT_DEPLOYMENT_ID: "v1", RELEASE: { id: "r1" } }, BINDING);
  t.is(process.env.NEXT_DEPLOYMENT_ID, "v1");
  identityIn({ RELEASE: { id: "r2" } }, BINDING);
  t.is(process.env.NEXT_DEPLOYMENT_ID, "r2");
  const env = { RELEASE: {} };
  const identity = identityIn(env, BINDING);
  env.RELEASE = { id: "r3" };
  identity();
  t.is(process.env.NEXT_DEPLOYMENT_ID, "r3", "from the first key on");
});

for (const [title, env, binding, code, advice] of [
  ["nothing", {}, undefined, "ERR_RUNTIME_DEPLOYMENT_ID_MISSING", /Set the variable NEXT_DEPLOYMENT_ID$/],
  [
    "no binding of that name",
    {},
    BINDING,
    "ERR_RUNTIME_DEPLOYMENT_ID_MISSING",
    /"version_metadata": \{ "binding": "RELEASE" \} \} in the Wrangler configuration$/,
  ],
  [
    "a text for a binding",
    { RELEASE: "r1" },
    BINDING,
    "ERR_RUNTIME_DEPLOYMENT_ID_MISSING",
    /"binding": "RELEASE"/,
  ],
  [
    "an empty variable",
    { NEXT_DEPLOYMENT_ID: "" },
    undefined,
    "ERR_RUNTIME_DEPLOYMENT_ID_MISSING",
    /Set the variable/,
  ],
  [
    "a variable with a space",
    { NEXT_DEPLOYMENT_ID: "a b" },
    BINDING,
    "ERR_DEPLOYMENT_ID_INVALID_CHARACTERS",
    /variable NEXT_DEPLOYMENT_ID .+ "a b"/,
  ],
  [
    "a number",
    { NEXT_DEPLOYMENT_ID: 1 },
    BINDING,
    "ERR_DEPLOYMENT_ID_NOT_A_STRING",
    /variable NEXT_DEPLOYMENT_ID .+ number/,
  ],
  [
    "zero",
    { NEXT_DEPLOYMENT_ID: 0, RELEASE: { id: "r1" } },
    BINDING,
    "ERR_DEPLOYMENT_ID_NOT_A_STRING",
    /number/,
  ],
]) {
  test.serial(`${title}: the Worker does not start, and the message says what to set`, (t) => {
    const error = t.throws(() => identityIn(env, binding), { code });
    t.true(error.message.startsWith(`${code}: `), error.message);
    t.regex(error.message, advice);
  });
}

for (const [title, metadata, code] of [
  ["without an ID", {}, "ERR_DEPLOYMENT_ID_NOT_A_STRING"],
  ["with an empty ID", { id: "" }, "ERR_DEPLOYMENT_ID_INVALID_CHARACTERS"],
  ["with a number", { id: 5 }, "ERR_DEPLOYMENT_ID_NOT_A_STRING"],
  ["with an ID that a key cannot have", { id: "a:b" }, "ERR_DEPLOYMENT_ID_INVALID_CHARACTERS"],
]) {
  test.serial(`metadata ${title}: the first key fails, and every later one`, (t) => {
    const identity = identityIn({ RELEASE: metadata }, BINDING);
    for (const error of [t.throws(identity, { code }), t.throws(identity, { code })]) {
      t.true(error.message.startsWith(`${code}: `), error.message);
      t.regex(error.message, /"id" of the binding RELEASE .+ Set the variable NEXT_DEPLOYMENT_ID/);
    }
  });
}

test.serial("while vinext prerenders no binding is read, and nobody shares the identity", (t) => {
  process.env.VINEXT_PRERENDER = "1";
  const unavailable = () => t.fail("a binding was read");
  const [one, other] = [workerIdentity(unavailable, BINDING)(), workerIdentity(unavailable)()];
  t.regex(one, /^prerender-[0-9a-f-]{36}$/);
  t.is(one, other, "the bundles of one process share it");
});
