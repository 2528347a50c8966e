// No findings of axe, on any screen, in any look; and none of them scrolls sideways.

import assert from "node:assert/strict";
import { findings, overflow, told } from "../lib/axe.mjs";
import { LOOKS } from "../lib/browser.mjs";
import { visit } from "../lib/visit.mjs";
import { SCREENS } from "../screens.mjs";

export const within = 900_000;

/** What is folded away is opened, for it is looked at too; menus lie over the rest, so they come last. */
const unfolded = (page, which) => page.evaluate((folds) => {
  for (const fold of document.querySelectorAll(`main details${folds}`)) fold.open = true;
}, which);

const only = process.env.BIFOLD_UI_SCREENS?.split(",");
const screens = SCREENS.filter(({ name }) => !only || only.includes(name));

async function look(stage, name) {
  const found = [];
  await visit(stage, screens, LOOKS[name], async (page, screen, state) => {
    const where = `${screen.name} (${state}, ${name})`;
    const wide = await overflow(page);
    if (wide) found.push({ where, rule: "The page scrolls sideways", node: wide });
    for (const which of [":not(.menu)", ".menu"]) {
      await unfolded(page, which);
      if (which === ".menu" && await page.locator("main details.menu").count() === 0) continue;
      found.push(...(await findings(page)).map((one) => ({ where, ...one })));
    }
  });
  assert.deepEqual(told(found), [], `${found.length} findings`);
}

export default Object.fromEntries(Object.keys(LOOKS).map((name) => [`every screen, ${name}`, (stage) => look(stage, name)]));
