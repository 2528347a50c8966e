// The drawer beside a list: one part of a page in a dialog, opened, filled again and closed.
// It does not know what a list is; whoever opens it says what to fetch and hears when it closes.

import { fetchPart, make, word } from "./dom.js";

/** @type {HTMLDialogElement|null} */
let drawer = null;
/** @type {{url: string, title: string, onClose: () => void}|null} */
let current = null;
/** Only the newest request may fill the drawer. */
let turn = 0;

export const isPreviewOpen = () => Boolean(drawer?.open);

export function closePreview() {
  drawer?.close();
}

/** @param {string} url @param {string} title @param {() => void} onClose */
export function openPreview(url, title, onClose) {
  drawer ??= built();
  if (!drawer.isConnected) document.body.append(drawer);
  current = { url, title, onClose };
  drawer.setAttribute("aria-label", title);
  if (!drawer.open) {
    drawer.replaceChildren();
    drawer.showModal();
    drawer.focus();
  }
  fill();
}

function built() {
  const dialog = /** @type {HTMLDialogElement} */ (make("dialog", { class: "drawer", tabindex: "-1" }));
  dialog.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target === dialog || target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    turn += 1;
    document.body.append(...flashes(dialog));
    dialog.replaceChildren();
    current?.onClose();
    current = null;
  });
  return dialog;
}

/** What was just done, said within the drawer. @param {Element} dialog */
const flashes = (dialog) => dialog.querySelectorAll(":scope > b-flash");

async function fill() {
  const [mine, dialog] = [++turn, drawer];
  if (!current || !dialog) return;
  dialog.setAttribute("aria-busy", "true");
  /** @type {Node[]} */
  let content;
  try {
    content = [...(await fetchPart(current.url)).document.body.childNodes];
  } catch {
    const said = word(null, "unreachable", "The server cannot be reached. Nothing was changed.");
    const close = make("button", { class: "button", type: "button", "data-close": "" });
    close.append(word(null, "close", "Close"));
    content = [make("div", { class: "notice bad", role: "alert" }, said), close];
  }
  if (mine !== turn || !dialog.open) return;
  dialog.removeAttribute("aria-busy");
  const hadFocus = dialog.contains(document.activeElement);
  dialog.replaceChildren(...content, ...flashes(dialog));
  dialog.scrollTop = 0;
  if (hadFocus) dialog.focus();
}

// What was done from the drawer, or to the page below, shows in the drawer too.
document.addEventListener("bifold:swapped", () => {
  if (isPreviewOpen()) fill();
});
