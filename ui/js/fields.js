// What somebody has written into a form and not yet sent.
// It looks at controls only; it neither keeps nor changes anything.

/** @typedef {HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} Field */

const SILENT = new Set(["hidden", "submit", "button", "reset", "image", "password", "file"]);

/**
 * The controls of a form that a person fills in and that may be kept.
 * @param {HTMLFormElement} form
 * @returns {Field[]}
 */
export function fieldsOf(form) {
  const isOurs = (/** @type {Element} */ control) =>
    control.matches("input, textarea, select") &&
    form.contains(control) &&
    !SILENT.has(/** @type {Field} */ (control).type) &&
    Boolean(/** @type {Field} */ (control).name);
  return /** @type {Field[]} */ ([...form.elements].filter(isOurs));
}

/**
 * What a control holds, as a text: the value, or whether it is ticked.
 * @param {Field} field
 */
export function held(field) {
  if (isTick(field)) return String(field.checked);
  if (field instanceof HTMLSelectElement) return [...field.selectedOptions].map((o) => o.value).join("\n");
  return field.value;
}

/**
 * What the server put there.
 * @param {Field} field
 */
export function given(field) {
  if (isTick(field)) return String(field.defaultChecked);
  if (!(field instanceof HTMLSelectElement)) return field.defaultValue;
  const preset = [...field.options].filter((option) => option.defaultSelected);
  // A menu without a preset choice shows its first one.
  const first = field.multiple ? [] : [...field.options].slice(0, 1);
  return (preset.length ? preset : first).map((o) => o.value).join("\n");
}

/**
 * Puts back what was held.
 * @param {Field} field
 * @param {string} text
 */
export function putBack(field, text) {
  if (isTick(field)) field.checked = text === "true";
  else if (field instanceof HTMLSelectElement) {
    const values = new Set(text.split("\n"));
    for (const option of field.options) option.selected = values.has(option.value);
  } else field.value = text;
}

/** @param {Field} field */
export const isChanged = (field) => held(field) !== given(field);

/** @param {HTMLFormElement} form */
export const isBegun = (form) => fieldsOf(form).some(isChanged);

/**
 * Whether it is a box or a dot rather than a text.
 * @param {Field} field
 * @returns {field is HTMLInputElement}
 */
function isTick(field) {
  return field.type === "checkbox" || field.type === "radio";
}

/**
 * Elements under a name each: the one given and, where several have it, their turn.
 * @template {Element} T
 * @param {Iterable<T>} elements
 * @param {(element: T) => string|null|undefined} nameOf
 * @returns {Map<string, T>}
 */
export function byTurn(elements, nameOf) {
  const turns = new Map();
  const found = new Map();
  for (const element of elements) {
    const name = (nameOf(element) ?? "").trim();
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    found.set(`${name}#${turn}`, element);
  }
  return found;
}
