// <b-copy data-text data-label data-done>: a button that copies a text and says so.
// It reads nothing back. Without scripts there is no button, and the text is on the page anyway.

import { announce, define, make, word } from "./dom.js";

const SAYS_MS = 2_000;

class BCopy extends HTMLElement {
  #timer = 0;
  #onClick = () => this.#copy();

  connectedCallback() {
    if (!this.querySelector("button")) {
      this.append(make("button", { class: "button small", type: "button" }, word(this, "label", "Copy")));
    }
    this.addEventListener("click", this.#onClick);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#onClick);
    clearTimeout(this.#timer);
  }

  async #copy() {
    const text = this.dataset.text ?? "";
    const isCopied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    const said = isCopied
      ? word(this, "done", "Copied")
      : word(this, "failed", "Not copied: select the text and copy it yourself");
    announce(said);
    const button = this.querySelector("button");
    if (!button) return;
    const before = this.dataset.before ??= button.textContent ?? "";
    button.textContent = said;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { button.textContent = before; }, SAYS_MS);
  }
}

define("b-copy", BCopy);
