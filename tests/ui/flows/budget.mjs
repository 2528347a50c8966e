// What is sent: modules, styles and pages as they cross the wire, and the report form on a slow
// connection.

import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { get } from "node:http";
import { PHONE } from "../lib/browser.mjs";
import { client } from "../lib/api.mjs";
import { pathOf, SCREENS, subjects } from "../screens.mjs";

const KB = 1_000;
const BUDGET = { js: 60 * KB, css: 40 * KB, page: 100 * KB };
/** What need not be compressed: the pages that say why there is none. */
const SMALL = 6 * KB;
const INTERACTIVE_MS = 2_000;
/** Slow 3G as WebPageTest has it. */
const SLOW = { offline: false, latency: 400, downloadThroughput: 400 * 1_000 / 8, uploadThroughput: 400 * 1_000 / 8 };

/** The bytes of the body as they were sent, and the text they stand for. */
const fetched = (url, headers = {}) => new Promise((resolve, reject) => {
  get(url, { headers: { "accept-encoding": "gzip", accept: "text/html,*/*", ...headers } }, (answer) => {
    const parts = [];
    answer.on("data", (part) => parts.push(part));
    answer.on("end", () => {
      const body = Buffer.concat(parts);
      const isPacked = answer.headers["content-encoding"] === "gzip";
      resolve({ status: answer.statusCode, bytes: body.length, isPacked, text: String(isPacked ? gunzipSync(body) : body) });
    });
    answer.on("error", reject);
  }).on("error", reject);
});

export default {
  async "modules, styles and every page are within their budgets"(stage) {
    const { base } = stage.demo;
    const sheet = await fetched(`${base}/sign-in`);
    const named = (pattern) => [...new Set([...sheet.text.matchAll(pattern)].map((match) => match[1]))];
    let [js, css] = [0, 0];
    const scripts = named(/(?:modulepreload" href|module" src)="([^"]+)"/g);
    assert.ok(scripts.length > 5, "modules were found");
    for (const path of scripts) js += (await fetched(base + path)).bytes;
    for (const path of named(/stylesheet" href="([^"]+)"/g)) css += (await fetched(base + path)).bytes;
    console.log(`        modules ${(js / KB).toFixed(1)} kB, styles ${(css / KB).toFixed(1)} kB`);
    assert.ok(js <= BUDGET.js, `modules: ${js} bytes`);
    assert.ok(css <= BUDGET.css, `styles: ${css} bytes`);

    const found = await subjects(stage.demo);
    const largest = [];
    for (const screen of SCREENS.filter((one) => one.states.includes("full"))) {
      const headers = {};
      if (screen.role) {
        const { token } = await client(stage.demo, screen.role);
        headers.authorization = `Bearer ${token}`;
      }
      const answer = await fetched(base + pathOf(screen, found), headers);
      assert.equal(answer.status, screen.status ?? 200, screen.name);
      assert.ok(answer.isPacked || answer.bytes < SMALL, `${screen.name} is sent compressed`);
      largest.push([answer.bytes, screen.name]);
    }
    largest.sort(([a], [b]) => b - a);
    console.log(`        largest pages: ${largest.slice(0, 3).map(([bytes, name]) => `${name} ${(bytes / KB).toFixed(1)} kB`).join(", ")}`);
    for (const [bytes, name] of largest) assert.ok(bytes <= BUDGET.page, `${name}: ${bytes} bytes`);
  },

  async "the report form can be written into within two seconds on slow 3G"(stage) {
    const page = await stage.visitor({ ...PHONE, serviceWorkers: "block" });
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
    await devtools.send("Network.emulateNetworkConditions", SLOW);
    const times = [];
    for (let run = 0; run < 3; run++) {
      const began = Date.now();
      await page.goto("/report", { waitUntil: "commit" });
      const field = page.locator("#what");
      await field.fill("The door is open.");
      // Painted with its styles, not only parsed.
      await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
      times.push(Date.now() - began);
      await page.goto("about:blank");
    }
    times.sort((a, b) => a - b);
    console.log(`        interactive after ${times.join(", ")} ms`);
    assert.ok(times[1] < INTERACTIVE_MS, `interactive after ${times.join(", ")} ms`);
  },
};
