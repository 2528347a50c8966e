// No findings of axe, on any screen, in any look; and none of them scrolls sideways.

import assert from "node:assert/strict";
import { findings, overflow, told } from "../lib/axe.mjs";
import { LOOKS } from "../lib/browser.mjs";
import { visit } from "../lib/visit.mjs";
import { SCREENS } from "../screens.mjs";

export const within = 900_000;

/** Menus of one page that are looked at; the rows of a list have the same ones. */
const MENUS = 7;

/** What is folded away is opened, for it is looked at too. */
const unfold = (page) => page.evaluate(() => {
  for (const fold of document.querySelectorAll("main details:not(.menu)")) fold.open = true;
});

/** Opens the menu with this number, and only it. False when there is none. */
const openMenu = (page, n) => page.evaluate((at) => {
  const menus = [...document.querySelectorAll("details.menu")];
  for (const [i, menu] of menus.entries()) {
    menu.open = i === at;
    menu.toggleAttribute("data-looked-at", i === at);
  }
  return at < menus.length;
}, n);

const only = process.env.BIFOLD_UI_SCREENS?.split(",");
const screens = SCREENS.filter(({ name }) => !only || only.includes(name));

/** Looks that differ from another in their size only. */
const SIZES = ["narrow", "zoom"];

async function look(stage, name) {
  const found = [];
  const how = { hasColours: !SIZES.includes(name) };
  await visit(stage, screens, LOOKS[name], async (page, screen, state) => {
    const where = `${screen.name} (${state}, ${name})`;
    const wide = await overflow(page);
    if (wide) found.push({ where, rule: "The page scrolls sideways", node: wide });
    await unfold(page);
    found.push(...(await findings(page, "html", how)).map((one) => ({ where, ...one })));
    if (screen.after) return;
    for (let n = 0; n < MENUS && await openMenu(page, n); n++) {
      found.push(...(await findings(page, "[data-looked-at]", how)).map((one) => ({ where, ...one })));
    }
  });
  assert.deepEqual(told(found), [], `${found.length} findings`);
}

export default Object.fromEntries(Object.keys(LOOKS).map((name) => [`every screen, ${name}`, (stage) => look(stage, name)]));
