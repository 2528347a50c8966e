// <b-flash>: what was just done, and its undo, for ten seconds. The count stands still while the
// pointer or the focus is on it, and begins anew when they leave.
// It neither undoes nor records: undo is the form inside, with the key "u".

import { define } from "./dom.js";

const STAYS_MS = 10_000;

class BFlash extends HTMLElement {
  #timer = 0;
  #hold = () => clearTimeout(this.#timer);
  #count = () => {
    this.#hold();
    this.#timer = setTimeout(() => {
      if (this.matches(":hover, :focus-within")) this.#count();
      else this.remove();
    }, STAYS_MS);
  };

  connectedCallback() {
    for (const kind of ["pointerenter", "focusin"]) this.addEventListener(kind, this.#hold);
    for (const kind of ["pointerleave", "focusout"]) this.addEventListener(kind, this.#count);
    this.#count();
  }

  disconnectedCallback() {
    this.#hold();
    for (const kind of ["pointerenter", "focusin"]) this.removeEventListener(kind, this.#hold);
    for (const kind of ["pointerleave", "focusout"]) this.removeEventListener(kind, this.#count);
  }
}

define("b-flash", BFlash);
