// Copies the files that @vercel/nft finds for the two programs, and no others.
import { nodeFileTrace } from "@vercel/nft";
import { cpSync } from "node:fs";

const { fileList, warnings } = await nodeFileTrace(["common.cjs", "module.mjs"]);
for (const file of fileList) cpSync(file, `traced/${file}`, { verbatimSymlinks: true });
for (const { message } of warnings) console.error(message);
