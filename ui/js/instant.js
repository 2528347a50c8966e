// Fields for a moment, whose names end with "@": shown and written in the time of where the reader
// is, as every time on the page is, and sent as the moment that is meant.
// Without it the field is in UTC, which is what its server reads then.

import { inField, outOfField } from "./clock.js";

const FIELD = 'input[type="datetime-local"][name$="@"]';
/** @type {WeakSet<HTMLInputElement>} */
const known = new WeakSet();

function here() {
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(FIELD))) {
    if (known.has(field)) continue;
    known.add(field);
    const local = inField(field.defaultValue);
    // Also what counts as unchanged, for drafts and for a form that is emptied.
    if (local) field.defaultValue = local;
  }
}

document.addEventListener("formdata", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement) || !field.matches(FIELD) || field.disabled) continue;
    const moment = outOfField(field.value);
    if (moment) event.formData.set(field.name, moment);
  }
});
document.addEventListener("bifold:swapped", here);
here();
