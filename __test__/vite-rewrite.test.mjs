// The changes to code that the plugin makes. Which code it recognises is tested in vite-shape.
import test from "ava";
import { build, parseAst } from "vite";
import { replaceDeploymentId } from "../js/vite/rewrite.mjs";

const ID = '"v1"';

const replaced = (code) => replaceDeploymentId(code, parseAst(code, { lang: "tsx" }), ID);

/** What Vite bundles from this code. */
async function bundled(code, define) {
  const entry = "/entry.tsx";
  const { output } = await build({
    configFile: false,
    logLevel: "silent",
    define,
    build: { ssr: true, write: false, minify: false, rolldownOptions: { input: entry } },
    plugins: [
      {
        name: "code",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
  });
  return output[0].code;
}

for (const expression of [
  "process.env.NEXT_DEPLOYMENT_ID",
  'process.env["NEXT_DEPLOYMENT_ID"]',
  "process.env[`NEXT_DEPLOYMENT_ID`]",
  'process["env"].NEXT_DEPLOYMENT_ID',
  "process?.env?.NEXT_DEPLOYMENT_ID",
  "(process?.env).NEXT_DEPLOYMENT_ID",
  "((process.env)).NEXT_DEPLOYMENT_ID",
  "process.env!.NEXT_DEPLOYMENT_ID",
  "process.env.NEXT_DEPLOYMENT_ID!",
  "(process.env as any).NEXT_DEPLOYMENT_ID",
  "(process as any).env.NEXT_DEPLOYMENT_ID",
  "(process.env satisfies object).NEXT_DEPLOYMENT_ID",
  "process.env.NEXT_DEPLOYMENT_ID.length",
  "process.env[process.env.NEXT_DEPLOYMENT_ID]",
  "{ NEXT_DEPLOYMENT_ID: process.env.NEXT_DEPLOYMENT_ID }",
  "[process.env.NEXT_DEPLOYMENT_ID, process.env.OTHER, process.env.NEXT_DEPLOYMENT_ID]",
  "`${process.env.NEXT_DEPLOYMENT_ID}`",
  "process.env[NEXT_DEPLOYMENT_ID]",
  "process[env].NEXT_DEPLOYMENT_ID",
  "process.env[`${NEXT_DEPLOYMENT_ID}`]",
  "process.env[`NEXT_${DEPLOYMENT}_ID`]",
  "globalThis.process.env.NEXT_DEPLOYMENT_ID",
  "a.process.env.NEXT_DEPLOYMENT_ID",
  "a().process.env.NEXT_DEPLOYMENT_ID",
  "a().env.NEXT_DEPLOYMENT_ID",
  "a().NEXT_DEPLOYMENT_ID",
  "process.NEXT_DEPLOYMENT_ID",
  "process.env.a.NEXT_DEPLOYMENT_ID",
  "process.env.NEXT_DEPLOYMENT_IDS",
  '"process.env.NEXT_DEPLOYMENT_ID"',
  "<p id={process.env.NEXT_DEPLOYMENT_ID}>process.env.NEXT_DEPLOYMENT_ID</p>",
  "/* process.env.NEXT_DEPLOYMENT_ID */ a",
]) {
  test(`the deployment ID in ${expression} is replaced where Vite's define replaces it`, async (t) => {
    const code = `console.log(${expression});`;
    t.is(await bundled(replaced(code)), await bundled(code, { "process.env.NEXT_DEPLOYMENT_ID": ID }));
  });
}

test("a replacement leaves everything else as it is written", (t) => {
  const code =
    '"use client";\n\n//  two  spaces\nconst  a = process.env.NEXT_DEPLOYMENT_ID ;\nf( process.env["NEXT_DEPLOYMENT_ID"]);\n';
  t.is(replaced(code), '"use client";\n\n//  two  spaces\nconst  a = "v1" ;\nf( "v1");\n');
});
