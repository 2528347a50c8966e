// Menus made of <details class="menu">: one at a time, closed by Escape, by a press elsewhere and
// when the focus leaves. A menu in which somebody writes stays until it is closed on purpose.
// Opening is the browser's: without this module a menu opens and closes by its own button.

import { isBegun } from "./fields.js";

/** @returns {HTMLDetailsElement[]} */
const open = () => [...document.querySelectorAll(/** @type {any} */ ("details.menu[open]"))];

/** @param {HTMLDetailsElement} menu */
const isWrittenIn = (menu) => [...menu.querySelectorAll("form")].some(isBegun);

/** @param {Element|null} target what was pressed or focused */
function closeOthers(target) {
  for (const menu of open()) if (!menu.contains(target) && !isWrittenIn(menu)) menu.open = false;
}

document.addEventListener("pointerdown", (event) => closeOthers(/** @type {Element} */ (event.target)));
document.addEventListener("focusin", (event) => closeOthers(/** @type {Element} */ (event.target)));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && !event.defaultPrevented ? open().at(-1) : undefined;
  if (!menu || document.querySelector("dialog[open]")) return;
  const hadFocus = menu.contains(document.activeElement);
  menu.open = false;
  if (hadFocus) menu.querySelector("summary")?.focus();
  event.preventDefault();
});
