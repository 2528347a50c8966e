// <b-assess data-yes data-no data-undetermined>: says in .proposal what the answers propose while
// they are given. It chooses no finding; that is the person's to do, with a reason.

import { define, word } from "./dom.js";
import { propose } from "./proposal.js";

const ENGLISH = {
  yes: "The answers propose: yes",
  no: "The answers propose: no",
  undetermined: "The answers do not settle it yet",
};

class BAssess extends HTMLElement {
  #update = () => {
    const place = this.querySelector(".proposal");
    if (!place) return;
    const criteria = [...this.querySelectorAll("[data-criterion]")].map((element) => ({
      answer: /** @type {HTMLInputElement|null} */ (element.querySelector("input:checked"))?.value ?? "",
      isDecisive: element.hasAttribute("data-decisive"),
    }));
    const proposed = propose(criteria);
    const said = word(this, proposed, ENGLISH[proposed]);
    if (place.textContent !== said) place.textContent = said;
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

define("b-assess", BAssess);
