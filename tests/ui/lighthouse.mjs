// Lighthouse as on a phone: node lighthouse.mjs. Its thresholds are part of the design.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import lighthouse from "lighthouse";
import { chromium } from "playwright-core";
import { launchOptions, signInAs } from "./lib/browser.mjs";
import { demo } from "./lib/server.mjs";
import { subjects } from "./screens.mjs";

const LEAST = { performance: 95, accessibility: 100 };
const RUNS = 3;

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.on("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const hospital = await demo();
const profile = mkdtempSync(join(tmpdir(), "bifold-lighthouse-"));
const port = await freePort();
const { args, ...options } = launchOptions();
// A profile of its own, so that the tab Lighthouse opens is signed in.
const context = await chromium.launchPersistentContext(profile, { ...options, args: [...args, `--remote-debugging-port=${port}`] });
let isGood = true;
try {
  const { sev1 } = await subjects(hospital);
  for (const [name, path, role] of [
    ["report form", "/report", ""], ["queue", "/incidents?open=true", "manager"], ["incident", `/incidents/${sev1}`, "manager"],
  ]) {
    if (role) await signInAs(context, hospital.base, hospital.people[role]);
    const runs = [];
    for (let run = 0; run < RUNS; run++) {
      const result = await lighthouse(`${hospital.base}${path}`, {
        port, logLevel: "error", output: "json", formFactor: "mobile", disableStorageReset: true,
        onlyCategories: ["performance", "accessibility", "best-practices"],
      });
      const { categories, audits } = result.lhr;
      if (result.lhr.runtimeError) throw new Error(`${name}: ${result.lhr.runtimeError.message}`);
      const lost = Object.values(categories).flatMap((category) => category.auditRefs)
        .map(({ id, weight }) => ({ ...audits[id], weight })).filter(({ score, weight }) => weight > 0 && score !== null && score < 0.9);
      runs.push({
        performance: Math.round(categories.performance.score * 100),
        accessibility: Math.round(categories.accessibility.score * 100),
        machine: Math.round(result.lhr.environment.benchmarkIndex),
        practices: Math.round(categories["best-practices"].score * 100),
        lost: [...new Set(lost.map(({ id, displayValue }) => `${id} ${displayValue ?? ""}`.trim()))],
      });
    }
    // The one in the middle: a machine with other work gives one bad run now and then.
    runs.sort((a, b) => a.performance - b.performance);
    const shown = runs[Math.floor(RUNS / 2)];
    const isEnough = shown.performance >= LEAST.performance && runs.every((run) => run.accessibility >= LEAST.accessibility);
    isGood &&= isEnough;
    console.log(`${isEnough ? "ok    " : "FAILED"}  ${name}: performance ${shown.performance} (${runs.map((run) => run.performance).join(" ")}), accessibility ${shown.accessibility}, best practices ${shown.practices}, machine ${shown.machine}${shown.lost.length ? `; lost on ${shown.lost.join(", ")}` : ""}`);
  }
} finally {
  await context.close();
  await hospital.stop();
  rmSync(profile, { recursive: true, force: true });
}
process.exit(isGood ? 0 : 1);
