// <b-room data-id>: keeps the parts of a room fresh while people work and write in it. Only what is
// marked as a part changes, and never under somebody's hands: a part in which a form was begun, a
// menu is open or the focus is waits. Messages are added one by one, so that they are read out.

import { define, fetchPart, language, make, word } from "./dom.js";
import { isBegun } from "./fields.js";
import { phrase } from "./phrase.js";
import { leave, listen } from "./stream.js";

const AGAIN_MS = 1_000;
const LOST_MS = 5_000;
/** So near to its end a conversation is followed. */
const NEAR_PX = 80;

/** @param {Element} part */
function isBusy(part) {
  const at = document.activeElement;
  return Boolean(at && at !== part && part.contains(at)) ||
    part.querySelector("details.menu[open]") !== null ||
    [...part.querySelectorAll("form")].some(isBegun);
}

/** @param {Element} part */
const isAtEnd = (part) => part.scrollHeight - part.scrollTop - part.clientHeight < NEAR_PX;

/** @param {Element} part */
function toEnd(part) {
  part.scrollTop = part.scrollHeight;
}

/**
 * Takes new messages over, and those that changed. False if one of them is in somebody's hands.
 * @param {Element} part
 * @param {Element} next
 */
function follow(part, next) {
  const list = part.querySelector("ol");
  if (!list) return false;
  const wasAtEnd = isAtEnd(part);
  let isWhole = true;
  for (const item of [...next.querySelectorAll("ol > li")]) {
    const old = document.getElementById(item.id);
    if (!old) {
      part.querySelector("p.muted")?.remove();
      list.append(item);
    } else if (old.dataset.rev !== /** @type {HTMLElement} */ (item).dataset.rev) {
      if (isBusy(old)) isWhole = false;
      else old.replaceWith(item);
    }
  }
  if (wasAtEnd) toEnd(part);
  return isWhole;
}

class BRoom extends HTMLElement {
  #isStale = false;
  #isAsking = false;
  #timer = 0;
  /** @type {number|null} */
  #lostAt = null;
  /** @type {import("./stream.js").Listener|null} */
  #listener = null;

  connectedCallback() {
    for (const part of document.querySelectorAll("[data-part][data-end]")) toEnd(part);
    this.#listener = {
      topic: "incident",
      id: this.dataset.id,
      onChange: () => this.#changed(),
      onMissed: () => this.#changed(),
      onLost: (since) => { this.#lostAt = since; this.#draw(); },
    };
    listen(this.#listener);
    document.addEventListener("visibilitychange", this);
  }

  disconnectedCallback() {
    if (this.#listener) leave(this.#listener);
    document.removeEventListener("visibilitychange", this);
    clearTimeout(this.#timer);
  }

  handleEvent() {
    this.#look();
  }

  #changed() {
    this.#isStale = true;
    this.#look();
  }

  async #look() {
    clearTimeout(this.#timer);
    if (!this.#isStale || this.#isAsking || document.hidden || !this.isConnected) return;
    [this.#isAsking, this.#isStale] = [true, false];
    try {
      // What a page asks for by itself does not keep the session awake.
      const headers = { "X-Bifold-Watching": "1" };
      const answer = await fetchPart(location.pathname + location.search, { headers });
      if (answer.status === 200 && this.isConnected) this.#take(answer.document);
    } catch {
      this.#isStale = true;
    } finally {
      this.#isAsking = false;
    }
    if (this.#isStale) this.#timer = setTimeout(() => this.#look(), AGAIN_MS);
  }

  /** @param {Document} page */
  #take(page) {
    for (const part of document.querySelectorAll("[data-part]")) {
      const next = page.getElementById(part.id);
      if (!next) continue;
      if (part.hasAttribute("data-end")) {
        if (!follow(part, next)) this.#isStale = true;
      } else if (isBusy(part)) {
        this.#isStale = true;
      } else {
        part.replaceChildren(...next.childNodes);
      }
    }
  }

  #draw() {
    const lostMs = this.#lostAt === null ? 0 : Date.now() - this.#lostAt;
    if (this.#lostAt === null) return this.replaceChildren();
    if (lostMs < LOST_MS) {
      setTimeout(() => this.#draw(), LOST_MS);
      return;
    }
    const text = word(this, "lost", "Live updates stopped %n s ago – retrying");
    const said = phrase(text, Math.trunc(lostMs / 1_000), language());
    this.replaceChildren(make("p", { class: "live-pill stale" }, said));
  }
}

// Enter sends, as in every conversation; with Shift it begins a line.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLTextAreaElement) || field.dataset.enter === undefined) return;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (field.value.trim()) field.form?.requestSubmit();
});

define("b-room", BRoom);
