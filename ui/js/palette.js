// <b-palette data-src>: places, records and commands behind Ctrl K, as a combobox in a dialog.
// The search field of the bar stays a plain search: passing it with Tab or sending it changes
// nothing; pressing or typing into it opens the palette with the text. What may be done is for
// the server to say: an item is a link, or a press of a key that the page has.

import { announce, define, language, make, openDialog, word } from "./dom.js";
import { keep, recall } from "./keep.js";
import { press } from "./keys.js";
import { counted } from "./phrase.js";
import { keyOf, rank, step, used } from "./ranking.js";
import { isWriting, stroke } from "./strokes.js";

const WAIT_MS = 80;

class BPalette extends HTMLElement {
  /** @type {HTMLDialogElement|null} */
  #dialog = null;
  /** @type {AbortController|null} */
  #asking = null;
  #timer = 0;
  #at = -1;
  /** @type {import("./ranking.js").Item[]} */
  #items = [];

  connectedCallback() {
    document.addEventListener("keydown", this.#onKey);
    document.addEventListener("input", this.#onFind);
    document.addEventListener("click", this.#onFind);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
    document.removeEventListener("input", this.#onFind);
    document.removeEventListener("click", this.#onFind);
    this.#dialog?.remove();
    this.#dialog = null;
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  /** @returns {HTMLInputElement} */
  get #query() { return /** @type {any} */ (this.#dialog).querySelector("input"); }
  /** @returns {HTMLElement} */
  get #list() { return /** @type {any} */ (this.#dialog).querySelector("[role=listbox]"); }

  #onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.defaultPrevented || openDialog()) return;
    const isHeld = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const isSlash = stroke(event) === "/" && document.body.dataset.keys;
    const isMeant = isSlash && !isWriting(/** @type {any} */ (event.target));
    if (!isMeant && !(isHeld && event.key.toLowerCase() === "k")) return;
    event.preventDefault();
    this.#open("");
  };

  #onFind = (/** @type {Event} */ event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.matches("form.find input[name=q]")) return;
    // A press by keyboard, such as Enter, is a search.
    if (event.type === "click" && /** @type {PointerEvent} */ (event).detail === 0) return;
    const text = field.value;
    field.value = "";
    field.blur();
    this.#open(text);
  };

  /** @param {string} text */
  #open(text) {
    this.#dialog ??= this.#build();
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#query.value = text;
    this.#query.focus();
    this.#ask();
  }

  /** @returns {HTMLDialogElement} */
  #build() {
    const title = word(this, "title", "Search and commands");
    const query = make("input", {
      class: "query", type: "text", role: "combobox", "aria-label": title, "aria-expanded": "true",
      "aria-controls": "palette-list", "aria-autocomplete": "list", autocomplete: "off",
      spellcheck: "false", maxlength: "200", placeholder: title, enterkeyhint: "go",
    });
    const list = make("div", { role: "listbox", id: "palette-list", "aria-label": title });
    /** @type {any} */
    const dialog = make("dialog", { class: "palette", "aria-label": title }, query, list);
    query.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), WAIT_MS);
    });
    query.addEventListener("keydown", (event) => this.#onArrow(event));
    dialog.addEventListener("click", (/** @type {Event} */ event) => {
      const option = /** @type {Element} */ (event.target).closest("[role=option]");
      if (option) this.#use(Number(/** @type {HTMLElement} */ (option).dataset.at));
      else if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", () => this.#asking?.abort());
    this.append(dialog);
    return dialog;
  }

  /** @param {KeyboardEvent} event */
  #onArrow(event) {
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    const by = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (by) this.#mark(step(this.#at, by, this.#items.length));
    else if (event.key === "Enter") this.#enter();
    else return;
    event.preventDefault();
  }

  /** What is typed but not yet answered is searched for, not taken for the option before. */
  #enter() {
    const text = this.#query.value.trim();
    if (this.#at >= 0 && this.#list.dataset.for === text) this.#use(this.#at);
    else if (text) location.assign(`/search?q=${encodeURIComponent(text)}`);
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const text = this.#query.value.trim();
    const query = new URLSearchParams({ q: text, here: location.pathname + location.search });
    try {
      const answer = await fetch(`${this.dataset.src ?? "/palette"}?${query}`, {
        signal: asking.signal, credentials: "same-origin", headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const { groups } = await answer.json();
      this.#show(rank(groups ?? [], recall("recent") ?? []), text);
    } catch {
      const said = word(this, "unreachable", "The server cannot be reached. Enter searches.");
      if (!asking.signal.aborted) this.#show([], text, said);
    }
  }

  /** @param {import("./ranking.js").Group[]} groups @param {string} text @param {string} [instead] */
  #show(groups, text, instead) {
    this.#items = groups.flatMap((group) => group.items);
    let at = 0;
    const nodes = groups.map((group, g) => {
      const id = `palette-group-${g}`;
      const name = make("div", { class: "group", id, role: "presentation" }, group.name);
      const options = group.items.map((item) => {
        const hint = item.hint ? [make("span", { class: "hint" }, item.hint)] : [];
        const place = String(at++);
        const option = { role: "option", id: `palette-${place}`, "data-at": place, "aria-selected": "false" };
        return make("div", option, make("span", {}, item.label), ...hint);
      });
      return make("div", { role: "group", "aria-labelledby": id }, name, ...options);
    });
    const none = instead ?? word(this, "none", "Nothing found");
    this.#list.replaceChildren(...(nodes.length ? nodes : [make("p", { class: "group" }, none)]));
    this.#list.dataset.for = text;
    this.#mark(this.#items.length ? 0 : -1);
    const found = counted(word(this, "found", "%n result|%n results"), this.#items.length, language());
    announce(this.#items.length ? found : none);
  }

  /** @param {number} at */
  #mark(at) {
    this.#list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    this.#at = at;
    const option = at < 0 ? null : document.getElementById(`palette-${at}`);
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#query.setAttribute("aria-activedescendant", option.id);
    else this.#query.removeAttribute("aria-activedescendant");
  }

  /** @param {number} at */
  #use(at) {
    const item = this.#items[at];
    if (!item) return;
    keep("recent", used(recall("recent") ?? [], keyOf(item)));
    this.#dialog?.close();
    if (item.press) press(item.press);
    else if (item.href?.startsWith("/") && !item.href.startsWith("//")) location.assign(item.href);
  }
}

define("b-palette", BPalette);
