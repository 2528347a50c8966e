// Forms with data-draft="key": what is written is kept in this browser until it is sent, and put
// back with a word about it. Drafts are a person's own, are cleared at sign-out and after a week.
// It keeps no passwords, files or hidden fields, and it sends nothing.

import { make, word } from "./dom.js";
import { byTurn, fieldsOf, given, held, isBegun, isChanged, putBack } from "./fields.js";
import { keep, recall } from "./keep.js";

/** @typedef {{at: number, fields: Record<string, {held: string, given: string}>}} Draft */

const WAIT_MS = 300;
const WEEK_MS = 7 * 24 * 3_600_000;

/** @type {WeakSet<HTMLFormElement>} */
const known = new WeakSet();
/** @type {Map<HTMLFormElement, number>} */
const waiting = new Map();

const keyOf = (/** @type {HTMLFormElement} */ form) => `draft.${form.dataset.draft}`;
const drafted = (/** @type {EventTarget|null} */ target) => {
  const form = target instanceof Element ? /** @type {any} */ (target).form ?? target : null;
  return form instanceof HTMLFormElement && form.dataset.draft ? form : null;
};

/** @param {HTMLFormElement} form */
const named = (form) => [...byTurn(fieldsOf(form), (field) => field.name)];

/** @param {HTMLFormElement} form */
function save(form) {
  stop(form);
  const changed = named(form).filter(([, field]) => isChanged(field));
  const fields = changed.map(([name, field]) => [name, { held: held(field), given: given(field) }]);
  keep(keyOf(form), fields.length ? { at: Date.now(), fields: Object.fromEntries(fields) } : null);
}

/** @param {HTMLFormElement} form */
function stop(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
}

/** @param {HTMLFormElement} form */
function restore(form) {
  if (known.has(form)) return;
  known.add(form);
  /** @type {Draft|null} */
  const draft = recall(keyOf(form));
  if (!draft?.fields || isBegun(form)) return;
  if (!(Date.now() - draft.at < WEEK_MS)) return keep(keyOf(form), null);
  let isOlder = false;
  for (const [name, field] of named(form)) {
    const kept = draft.fields[name];
    if (!kept) continue;
    isOlder ||= kept.given !== given(field);
    putBack(field, kept.held);
  }
  if (!isBegun(form)) return;
  tell(form, isOlder);
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

/**
 * Says that the text is the person's own, and whether others changed what it was written over.
 * @param {HTMLFormElement} form
 * @param {boolean} isOlder
 */
function tell(form, isOlder) {
  const said = isOlder
    ? word(null, "draftOlder", "Draft restored. What it replaces has changed since.")
    : word(null, "draftRestored", "Draft restored");
  const discard = make("button", { class: "button small quiet", type: "button" });
  discard.append(word(null, "discard", "Discard"));
  const line = make("p", { class: "row small muted", role: "status", "data-draft-line": "" });
  line.append(make("span", {}, said), discard);
  discard.addEventListener("click", () => {
    stop(form);
    keep(keyOf(form), null);
    form.reset();
    line.remove();
    form.dispatchEvent(new Event("change", { bubbles: true }));
    fieldsOf(form)[0]?.focus();
  });
  form.prepend(line);
}

/** @param {HTMLFormElement} form */
function clear(form) {
  stop(form);
  keep(keyOf(form), null);
  form.querySelector("[data-draft-line]")?.remove();
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = drafted(event.target);
    // Restoring speaks in the name of the form, people in the name of a field.
    if (!form || event.target === form) return;
    stop(form);
    waiting.set(form, setTimeout(save, WAIT_MS, form));
  });
}
document.addEventListener("bifold:sent", (event) => {
  const form = drafted(event.target);
  if (form) clear(form);
});
// What was typed in the last moment is kept when the page goes.
addEventListener("pagehide", () => [...waiting.keys()].forEach(save));
document.addEventListener("submit", (event) => {
  const form = /** @type {Element} */ (event.target);
  if (form.getAttribute("action") === "/sign-out") [...waiting.keys()].forEach(stop);
});

function restoreAll() {
  document.querySelectorAll("form[data-draft]").forEach((form) => restore(/** @type {any} */ (form)));
}
document.addEventListener("bifold:swapped", restoreAll);
restoreAll();
