// <b-keys>: single letters and sequences ("g i") activate what carries data-key, and "?" lists
// them. The element is absent when the person has switched keys off; then no letter does anything.
// It never acts while somebody writes, on keys with modifiers, or behind an open dialog.

import { define, make, openDialog, word } from "./dom.js";
import { follow, isWriting, stroke } from "./strokes.js";

const PATIENCE_MS = 1_200;
const ITEMS = "[data-item], .queue > li";

let before = "";
let timer = 0;

/** Whether a sequence has been begun, so that the next key belongs to it. */
export const isWaiting = () => before !== "";

/** Keys that elements handle themselves, with what they do: for the list. */
/** @type {Map<object, [string, string][]>} */
const described = new Map();

/** @param {object} owner @param {[string, string][]|null} rows */
export function describe(owner, rows) {
  if (rows) described.set(owner, rows);
  else described.delete(owner);
}

/** @param {Element} element */
function isReachable(element) {
  let folded = null;
  for (let d = element.closest("details"); d; d = d.parentElement?.closest("details") ?? null) {
    if (!d.open) folded = d;
  }
  const seen = folded ? folded.querySelector("summary") : element;
  return !(/** @type {any} */ (element).disabled) && Boolean(seen && (seen.checkVisibility?.() ?? true));
}

/** What carries a key here; in a list only the item one is at. @returns {Map<string, HTMLElement>} */
function keyed() {
  const found = new Map();
  const scope = openDialog() ?? document;
  for (const element of scope.querySelectorAll("[data-key]")) {
    const key = /** @type {HTMLElement} */ (element).dataset.key ?? "";
    const item = element.closest(ITEMS);
    if (!key || (item && !item.matches(".is-at")) || !isReachable(element)) continue;
    if (item || !found.has(key)) found.set(key, element);
  }
  return found;
}

/**
 * Does what pressing the key does. False if nothing here has it.
 * @param {string} key
 */
export function press(key) {
  const element = keyed().get(key);
  if (element) activate(element);
  return Boolean(element);
}

/** @param {HTMLElement} element */
function activate(element) {
  let wasFolded = false;
  for (let d = element.closest("details"); d; d = d.parentElement?.closest("details") ?? null) {
    wasFolded ||= !d.open;
    d.open = true;
  }
  const form = wasFolded ? element.closest("form") : null;
  const field = form?.querySelector("input:not([type=hidden]), select, textarea");
  const target = /** @type {HTMLElement} */ (field ?? element);
  if (target.matches("input, select, textarea")) {
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  } else target.click();
}

/** @param {HTMLElement} element */
function labelOf(element) {
  const label = element.getAttribute("aria-label") ?? /** @type {any} */ (element).labels?.[0]?.textContent;
  if (label) return label.trim();
  const copy = /** @type {Element} */ (element.cloneNode(true));
  copy.querySelectorAll(".count, b-time, svg").forEach((part) => part.remove());
  return (copy.textContent ?? "").trim();
}

class BKeys extends HTMLElement {
  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const key = stroke(event);
    if (!key || key === "Enter" || key === "Space" || event.defaultPrevented) return;
    if (isWriting(/** @type {any} */ (event.target))) return;
    if (key === "Escape") return this.#wait("");
    if (key === "?" && !openDialog()) {
      event.preventDefault();
      return this.#list();
    }
    const step = follow(before, key, keyed().keys());
    this.#wait(step.before);
    if (step.fire) press(step.fire);
    if (step.fire || step.before) event.preventDefault();
  };

  connectedCallback() {
    document.addEventListener("keydown", this.#onKey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
    this.#wait("");
  }

  /** @param {string} sequence */
  #wait(sequence) {
    before = sequence;
    clearTimeout(timer);
    if (sequence) timer = setTimeout(() => { before = ""; }, PATIENCE_MS);
  }

  #list() {
    /** @type {[string, string][]} */
    const rows = [...keyed()].map(([key, element]) => [key, labelOf(element)]);
    /** @type {[string, string][]} */
    const own = [
      ["Ctrl K", word(this, "palette", "Search and commands")],
      ["?", word(this, "title", "Keyboard")],
    ];
    const list = make("dl", { class: "facts" });
    for (const [key, label] of [...[...described.values()].flat(), ...rows, ...own]) {
      const caps = key.split(" ").flatMap((cap) => [make("kbd", {}, cap), " "]);
      list.append(make("dt", {}, ...caps), make("dd", {}, label));
    }
    const close = make("button", { class: "button", type: "submit" }, word(this, "close", "Close"));
    const title = make("h2", { id: "keys-title" }, word(this, "title", "Keyboard"));
    const dialog = /** @type {HTMLDialogElement} */ (
      make("dialog", { class: "sheet-dialog", "aria-labelledby": "keys-title" },
        make("form", { method: "dialog", class: "stack" }, title, list, close)));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
}

define("b-keys", BKeys);
