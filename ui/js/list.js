// <b-list> around a queue or the triage tray: j and k move, Enter opens, Space or p previews, x
// picks, Shift takes a range, Escape leaves. The row one is at is in the address, to be shared.
// It fetches no rows and does nothing to them: picking only fills the form #bulk of the page.

import { place, setPlace } from "./address.js";
import { announce, define, language, openDialog, word } from "./dom.js";
import { describe, isWaiting } from "./keys.js";
import { counted } from "./phrase.js";
import { closePreview, isPreviewOpen, openPreview } from "./preview.js";
import { between } from "./range.js";
import { isControl, isWriting, stroke } from "./strokes.js";

const ITEMS = ".queue > li, [data-item]";
/** @type {Record<string, string>} */
const KEYS = { j: "next", k: "previous", x: "pick", p: "peek", Space: "peek", Enter: "open", Escape: "leave" };

/** What a list of this page was at and had picked, for its successor after a swap. */
let carried = { page: "", heirs: /** @type {string[]} */ ([]), picks: /** @type {string[]} */ ([]) };

/** @param {HTMLElement} item */
const nameOf = (item) => item.dataset.item || item.id;

class BList extends HTMLElement {
  #at = "";
  #last = -1;

  connectedCallback() {
    document.addEventListener("keydown", this.#onKey, { capture: true });
    document.addEventListener("click", this.#onClick);
    this.addEventListener("change", this.#showBulk);
    this.addEventListener("focusin", this.#onFocus);
    const isSamePage = carried.page === location.pathname;
    if (isSamePage) for (const box of this.#boxes()) box.checked ||= carried.picks.includes(box.value);
    addEventListener("hashchange", this.#onHash);
    // Where one was, or what came after it if that is gone; the address is behind by a moment.
    const names = new Set(this.#items().map(nameOf));
    this.#at = [...(isSamePage ? carried.heirs : []), place()].find((name) => names.has(name)) ?? "";
    this.#mark();
    this.#showBulk();
    if (document.body.dataset.keys) describe(this, [
      ["j", word(this, "next", "Next")], ["k", word(this, "previous", "Previous")],
      ["Enter", word(this, "open", "Open")], ["Space", word(this, "peek", "Preview")],
      ["x", word(this, "pick", "Pick")],
    ]);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey, { capture: true });
    document.removeEventListener("click", this.#onClick);
    removeEventListener("hashchange", this.#onHash);
    this.removeEventListener("change", this.#showBulk);
    this.removeEventListener("focusin", this.#onFocus);
    describe(this, null);
    const names = this.#items().map(nameOf);
    const at = names.indexOf(this.#at);
    const heirs = at < 0 ? [] : [...names.slice(at), ...names.slice(0, at).reverse()];
    carried = { page: location.pathname, heirs, picks: this.#picked().map((box) => box.value) };
  }

  /** @returns {HTMLElement[]} */
  #items() { return [...this.querySelectorAll(/** @type {any} */ (ITEMS))]; }
  #item() { return this.#items().find((item) => nameOf(item) === this.#at); }
  /** @returns {HTMLInputElement[]} */
  #boxes() { return [...this.querySelectorAll(/** @type {any} */ ("input.check[type=checkbox]"))]; }
  #picked() { return this.#boxes().filter((box) => box.checked); }
  /** @param {HTMLElement|undefined} item @returns {HTMLElement|null|undefined} */
  #link(item) { return item?.querySelector("a.row-link, [data-open], a[href]"); }

  #onKey = (/** @type {KeyboardEvent} */ event) => {
    const dialog = openDialog();
    const isBehind = dialog && !(isPreviewOpen() && dialog.matches(".drawer"));
    if (!document.body.dataset.keys || event.defaultPrevented || isBehind || isWaiting()) return;
    if (isWriting(/** @type {any} */ (event.target))) return;
    const key = stroke(event);
    const does = KEYS[key ?? ""];
    if (!does || !this.#items().length) return;
    const isNative = isControl(/** @type {any} */ (event.target));
    if (key === "Enter" && isNative) return;
    // Space presses buttons and boxes, but on a link it would only scroll.
    if (key === "Space" && isNative && /** @type {Element} */ (event.target).tagName !== "A") return;
    if (this.#do(does)) event.preventDefault();
  };

  /** Whether the key meant something here. @param {string} what */
  #do(what) {
    if (what === "next") return this.#step(1);
    if (what === "previous") return this.#step(-1);
    if (what === "leave") return this.#leave();
    const item = this.#item();
    if (!item) return false;
    if (what === "pick") return this.#pick(item);
    if (what === "open") this.#link(item)?.click();
    if (what === "peek" && isPreviewOpen()) closePreview();
    else if (what === "peek") this.#preview();
    return true;
  }

  /** @param {number} by */
  #step(by) {
    const items = this.#items();
    const from = items.indexOf(/** @type {HTMLElement} */ (this.#item()));
    const to = from === -1 ? (by > 0 ? 0 : items.length - 1) : from + by;
    const item = items[Math.max(0, Math.min(items.length - 1, to))];
    this.#go(item);
    if (isPreviewOpen()) this.#preview();
    else this.#focus(item);
    return true;
  }

  /** @param {HTMLElement} item */
  #focus(item) { (this.#link(item) ?? item).focus({ preventScroll: true }); }

  /** @param {HTMLElement} item */
  #go(item) {
    this.#at = nameOf(item);
    this.#mark();
    item.scrollIntoView({ block: "nearest" });
    setPlace(this.#at);
  }

  #leave() {
    if (isPreviewOpen()) return false;
    if (this.#picked().length) {
      this.#clear();
      return true;
    }
    if (!this.#at) return false;
    setPlace(this.#at = "");
    this.#mark();
    return true;
  }

  #mark() {
    for (const item of this.#items()) {
      const isAt = item.classList.toggle("is-at", nameOf(item) === this.#at);
      if (isAt) this.#link(item)?.setAttribute("aria-current", "true");
      else this.#link(item)?.removeAttribute("aria-current");
    }
  }

  #preview() {
    const item = this.#item();
    const path = this.#link(item)?.getAttribute("href");
    if (!item || !path || !this.dataset.preview) return;
    const url = `${path.split(/[?#]/)[0]}/${this.dataset.preview}`;
    openPreview(url, this.#at, () => {
      // The page may have been swapped below the drawer.
      const now = document.getElementById(this.#at) ?? item;
      if (now.isConnected) this.#focus(now);
    });
  }

  /** @param {HTMLElement} item */
  #pick(item) {
    const box = item.querySelector("input.check");
    if (box instanceof HTMLInputElement) box.click();
    return Boolean(box);
  }

  #onHash = () => {
    this.#at = place();
    this.#mark();
  };

  #onFocus = (/** @type {FocusEvent} */ event) => {
    const item = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest(ITEMS));
    if (!item || nameOf(item) === this.#at) return;
    this.#at = nameOf(item);
    this.#mark();
  };

  #onClick = (/** @type {MouseEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("#bulk [data-clear]")) return this.#clear();
    const boxes = this.#boxes();
    const at = boxes.indexOf(/** @type {HTMLInputElement} */ (target));
    if (at === -1) return;
    if (event.shiftKey) for (const i of between(this.#last, at)) boxes[i].checked = boxes[at].checked;
    this.#last = at;
    this.#showBulk();
  };

  #clear() {
    for (const box of this.#boxes()) box.checked = false;
    this.#last = -1;
    this.#showBulk();
  }

  #showBulk = () => {
    const bulk = document.getElementById("bulk");
    if (!bulk) return;
    const [n, hadFocus] = [this.#picked().length, bulk.contains(document.activeElement)];
    const said = n ? counted(word(this, "picked", "%n selected"), n, language()) : "";
    const count = bulk.querySelector(".picked-count");
    if (count && count.textContent !== said) {
      count.textContent = said;
      if (bulk.hidden && n) announce(said);
    }
    bulk.hidden = n === 0;
    if (bulk.hidden && hadFocus) this.#focus(this.#item() ?? this.#items()[0] ?? this);
  };
}

define("b-list", BList);
