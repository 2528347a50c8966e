// Runs the flows, one after the other, on the real binary: node run.mjs [--only PART] [--list]
// The last line says how it went; `cargo xtask test` reads it.

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launch } from "./lib/browser.mjs";
import { demo, scratch } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";

const FLOW_MS = 180_000;
const { values: asked } = parseArgs({
  options: { only: { type: "string", multiple: true }, list: { type: "boolean" } },
});

/** @type {{file: string, title: string, run: (stage: Stage) => Promise<void>, within: number}[]} */
const flows = [];
const folder = new URL("./flows/", import.meta.url);
for (const file of readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort()) {
  const { default: titled, within = FLOW_MS } = await import(new URL(file, folder));
  for (const [title, run] of Object.entries(titled)) flows.push({ file: file.slice(0, -4), title, run, within });
}
const wanted = flows.filter(({ file, title }) => !asked.only || asked.only.some((part) => `${file}: ${title}`.includes(part)));
if (asked.list) {
  for (const { file, title } of wanted) console.log(`${file}: ${title}`);
  process.exit(0);
}

// What nobody waits for any more, because its flow failed, must not end the run.
process.on("unhandledRejection", () => {});

const out = scratch();
mkdirSync(out, { recursive: true });
const shared = await demo();
let browser = await launch();
let [passed, failed] = [0, 0];
for (const { file, title, run, within } of wanted) {
  if (!browser.isConnected()) browser = await launch();
  const stage = new Stage(browser, shared);
  const began = Date.now();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${within / 1_000} s`)), within);
  });
  try {
    await Promise.race([run(stage), late]);
    stage.checkGuards();
    passed += 1;
    console.log(`ok      ${file}: ${title} (${Date.now() - began} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${file}: ${title}\n${String(error.stack ?? error).replaceAll(/^/gm, "        ")}`);
    await stage.pictures(join(out, `${file}-${passed + failed}`));
  } finally {
    clearTimeout(timer);
    await stage.close();
  }
}
await browser.close();
await shared.stop();
console.log(`ui: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
