// What a key press means: plain functions on what the event says.
// They look at no document and change nothing.

/**
 * @typedef {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean,
 *   isComposing?: boolean}} Press
 */

const WRITTEN = new Set([
  "text", "search", "email", "url", "tel", "password", "number", "date", "time", "datetime-local",
  "month", "week",
]);

/**
 * Whether keys pressed there are text.
 * @param {{tagName?: string, type?: string, isContentEditable?: boolean}|null|undefined} target
 */
export function isWriting(target) {
  const tag = target?.tagName?.toUpperCase();
  if (tag === "TEXTAREA" || tag === "SELECT" || target?.isContentEditable) return true;
  return tag === "INPUT" && WRITTEN.has(target?.type ?? "text");
}

/**
 * Whether the control answers to Enter and Space itself.
 * @param {{tagName?: string}|null|undefined} target
 */
export const isControl = (target) =>
  ["A", "BUTTON", "INPUT", "SUMMARY"].includes(target?.tagName?.toUpperCase() ?? "");

/**
 * The key by its name in data-key, or nothing if it is a shortcut of the browser.
 * @param {Press} press
 * @returns {string|null}
 */
export function stroke(press) {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing) return null;
  if (press.key === " ") return "Space";
  return press.key.length === 1 || ["Enter", "Escape"].includes(press.key) ? press.key : null;
}

/**
 * Follows a sequence such as "g i". A key that leads nowhere starts again.
 * @param {string} before what was pressed and waits, or ""
 * @param {string} key
 * @param {Iterable<string>} known the keys and sequences of the page
 * @returns {{fire: string|null, before: string}}
 */
export function follow(before, key, known) {
  const all = [...known];
  const tried = before ? `${before} ${key}` : key;
  if (all.some((sequence) => sequence.startsWith(`${tried} `))) return { fire: null, before: tried };
  if (all.includes(tried)) return { fire: tried, before: "" };
  return before ? follow("", key, all) : { fire: null, before: "" };
}
