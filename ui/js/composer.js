// <b-composer> around the form for notes: the button says who will read it, and the frame
// (form[data-audience]) shows it. The server decides who may read; this only says what was chosen.

import { define } from "./dom.js";

class BComposer extends HTMLElement {
  #update = () => {
    const form = this.querySelector("form");
    const chosen = /** @type {HTMLInputElement|null} */ (form?.querySelector("input[name=audience]:checked"));
    if (!form || !chosen) return;
    form.dataset.audience = chosen.value;
    for (const button of form.querySelectorAll("button")) {
      // data-internal and data-outward: the words by the value of the choice.
      const said = button.dataset[chosen.value];
      if (said !== undefined) button.textContent = said;
    }
  };

  connectedCallback() {
    this.addEventListener("change", this.#update);
    document.addEventListener("bifold:swapped", this.#update);
    this.#update();
  }

  disconnectedCallback() {
    this.removeEventListener("change", this.#update);
    document.removeEventListener("bifold:swapped", this.#update);
  }
}

define("b-composer", BComposer);
