// <b-live data-topic data-id>: says that what is shown has changed, and shows it on request.
// Nothing moves under anybody: the page renews itself only when nobody is at it.

import { announce, define, language, make, openDialog, word } from "./dom.js";
import { isBegun } from "./fields.js";
import { mayRefresh } from "./idle.js";
import { counted, phrase } from "./phrase.js";
import { leave, listen } from "./stream.js";
import { refresh } from "./swap.js";

const LOOK_MS = 2_000;
const LOST_MS = 5_000;
const SPEAK_MS = 30_000;
const OWN_MS = 2_000;

let touchedAt = Date.now();
let spokenAt = 0;
/** When the person last did something here, whose echo will come. */
let ownAt = 0;

for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart", "scroll"]) {
  addEventListener(kind, () => { touchedAt = Date.now(); }, { passive: true, capture: true });
}
document.addEventListener("bifold:own", () => { ownAt = Date.now(); });

/** @returns {import("./idle.js").Scene & {isAtField: boolean}} */
function scene() {
  const main = document.querySelector("main");
  const at = document.activeElement;
  return {
    idleMs: Date.now() - touchedAt,
    isHidden: document.hidden,
    hasFocus: Boolean(main && at && at !== main && main.contains(at)),
    hasDialog: Boolean(openDialog()),
    isAtField: Boolean(at?.matches("input, textarea, select")),
    hasMenu: Boolean(main?.querySelector("details.menu[open]")),
    hasPicks: Boolean(main?.querySelector("input.check:checked")),
    hasText: [...(main?.querySelectorAll("form") ?? [])].some(isBegun),
    hasSelection: getSelection()?.isCollapsed === false,
  };
}

class BLive extends HTMLElement {
  #n = 0;
  #isMaybe = false;
  #timer = 0;
  #isAsking = false;
  /** @type {number|null} */
  #lostAt = null;
  /** @type {import("./stream.js").Listener|null} */
  #listener = null;

  connectedCallback() {
    // It lies over the page: what it says must not move what somebody is about to press.
    const over = { display: "block", position: "sticky", insetBlockStart: "60px", blockSize: "0" };
    Object.assign(this.style, over, { zIndex: "15" });
    this.#listener = {
      topic: this.dataset.topic ?? "",
      id: this.dataset.id || undefined,
      onChange: (change) => this.#changed(change),
      onMissed: () => { this.#isMaybe = true; this.#tick(); },
      onLost: (since) => { this.#lostAt = since; this.#tick(); },
    };
    if (this.#listener.topic) listen(this.#listener);
  }

  disconnectedCallback() {
    if (this.#listener) leave(this.#listener);
    clearTimeout(this.#timer);
  }

  /** @param {import("./stream.js").Change} change */
  #changed(change) {
    // The page may have been made after the change it hears of.
    if (change.at !== undefined && this.dataset.at && change.at <= Number(this.dataset.at)) return;
    if (Date.now() - ownAt < OWN_MS) this.#isMaybe = true;
    else this.#n += 1;
    this.#tick();
  }

  /** Looks again as long as there is something to say. */
  #tick() {
    clearTimeout(this.#timer);
    if (!this.isConnected) return;
    const isNews = this.#n > 0 || this.#isMaybe;
    if (isNews && this.#lostAt === null && this.#mayRenew()) this.#renew(false);
    this.#draw();
    if (this.#n > 0 || this.#isMaybe || this.#lostAt !== null) {
      this.#timer = setTimeout(() => this.#tick(), LOOK_MS);
    }
  }

  /** Whether the page may change now. Asked again when the answer is here: a menu may be open by then. */
  #mayRenew() {
    const is = scene();
    if (mayRefresh(is)) return true;
    // The echo of one's own step may follow it at once: the page has just moved anyway.
    const isEcho = this.#n === 0 && Date.now() - ownAt < 2 * OWN_MS;
    return isEcho && !is.isHidden && !is.isAtField && !is.hasMenu && !is.hasPicks && !is.hasSelection;
  }

  /** @param {boolean} asked */
  async #renew(asked) {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const isShown = await refresh(asked ? { asked } : { may: () => this.#mayRenew() });
      if (isShown && this.isConnected) { this.#n = 0; this.#isMaybe = false; this.#draw(); }
      if (!isShown && asked) location.reload();
    } catch {
      this.#lostAt ??= Date.now();
    } finally {
      this.#isAsking = false;
    }
  }

  #draw() {
    const nodes = [];
    const lostMs = this.#lostAt === null ? 0 : Date.now() - this.#lostAt;
    if (lostMs > LOST_MS) {
      const text = word(this, "lost", "Live updates stopped %n s ago – retrying");
      const said = phrase(text, Math.trunc(lostMs / 1_000), language());
      nodes.push(make("p", { class: "live-pill stale" }, said));
    }
    if (this.#n > 0 || (this.#isMaybe && Date.now() - ownAt > OWN_MS)) nodes.push(this.#pill());
    const text = nodes.map((node) => node.textContent).join("\n");
    if (this.dataset.drawn === text) return;
    this.dataset.drawn = text;
    const hadFocus = this.contains(document.activeElement);
    this.replaceChildren(...nodes);
    if (hadFocus) this.querySelector("button")?.focus();
    if (text && Date.now() - spokenAt > SPEAK_MS) {
      spokenAt = Date.now();
      announce(nodes.map((node) => node.firstChild?.textContent).join(". "));
    }
  }

  #pill() {
    const said = this.#n > 0
      ? counted(word(this, "say", "%n change|%n changes"), this.#n, language())
      : word(this, "maybe", "This may have changed");
    const button = make("button", { class: "button small", type: "button" }, word(this, "show", "Show"));
    button.addEventListener("click", () => this.#renew(true));
    return make("div", { class: "live-pill" }, make("span", {}, said), button);
  }
}

define("b-live", BLive);
