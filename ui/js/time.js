// <b-time datetime="RFC 3339">text</b-time>: the server's text, said again for where the reader is
// and for now. data-style: none (a moment), "age" (how long ago), "counting" (hours and minutes
// since), "left" (hours and minutes until, seconds at last).
// It never invents a time: what it cannot read stays as the server wrote it.

import { define, language, word } from "./dom.js";
import { ENGLISH, local, remaining, running, span, universal } from "./clock.js";

const EVERY_MS = 5_000;

/** @type {Set<BTime>} */
const shown = new Set();
/** @type {number} */
let timer = 0;

/** One interval for all of them, and none while nobody can see them. */
function run() {
  clearInterval(timer);
  timer = 0;
  if (shown.size === 0 || document.hidden) return;
  for (const element of shown) element.write();
  timer = setInterval(() => shown.forEach((element) => element.write()), EVERY_MS);
}
document.addEventListener("visibilitychange", run);

const spans = () => ({
  moment: word(null, "moment", ENGLISH.moment),
  minutes: word(null, "minutes", ENGLISH.minutes),
  hours: word(null, "hours", ENGLISH.hours),
  days: word(null, "days", ENGLISH.days),
});

class BTime extends HTMLElement {
  static observedAttributes = ["datetime"];

  connectedCallback() {
    shown.add(this);
    this.write();
    if (!timer) run();
  }

  disconnectedCallback() {
    shown.delete(this);
    if (shown.size === 0) run();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.write();
  }

  write() {
    const at = new Date(this.getAttribute("datetime") ?? "");
    if (Number.isNaN(at.getTime())) return;
    const now = new Date();
    const seconds = Math.trunc((now.getTime() - at.getTime()) / 1_000);
    /** @type {Record<string, () => string>} */
    const texts = {
      age: () => span(seconds, spans()),
      counting: () => running(seconds),
      left: () => remaining(-seconds),
    };
    const said = texts[this.dataset.style ?? ""] ?? (() => local(at, now, language()));
    const text = said();
    if (super.textContent !== text) this.replaceChildren(text);
    if (!this.hasAttribute("title")) this.setAttribute("title", universal(at));
  }
}

define("b-time", BTime);
