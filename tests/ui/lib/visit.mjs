// Going through the screens of the table, one sign-in per role and look.

import assert from "node:assert/strict";
import { pathOf, subjects } from "../screens.mjs";

/**
 * @param {import("./stage.mjs").Stage} stage
 * @param {import("../screens.mjs").Screen[]} screens
 * @param {object} options of the contexts
 * @param {(page: import("playwright-core").Page, screen: import("../screens.mjs").Screen, state: string) => Promise<void>} does
 */
export async function visit(stage, screens, options, does) {
  const found = await subjects(stage.demo);
  const trust = screens.some((screen) => screen.states.includes("empty")) ? await stage.founded("Empty Trust") : null;
  /** @type {Map<string, import("playwright-core").Page>} */
  const pages = new Map();
  for (const screen of screens) {
    for (const state of screen.states) {
      const organisation = state === "full" ? stage.demo : trust;
      const key = `${state} ${screen.role}`;
      if (!pages.has(key)) {
        const page = screen.role ? stage.pageOf(organisation, screen.role, options) : stage.visitor(options, organisation);
        pages.set(key, await page);
      }
      const page = pages.get(key);
      const answer = await page.goto(pathOf(screen, found), { waitUntil: "load" });
      assert.equal(answer.status(), screen.status ?? 200, `${screen.name} (${state}): ${page.url()}`);
      await settled(page);
      await screen.after?.(page);
      await does(page, screen, state);
    }
  }
}

/** Fonts are there and elements have taken their places. */
export async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}
