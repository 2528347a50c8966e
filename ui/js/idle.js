// When a page may change by itself: only when nobody is at it.
// A plain rule on plain facts; whoever asks has looked at the page.

export const IDLE_MS = 10_000;

/**
 * @typedef {object} Scene
 * @property {number} idleMs since the last key, pointer or touch
 * @property {boolean} isHidden the tab is not looked at
 * @property {boolean} hasFocus something in main has the focus
 * @property {boolean} hasDialog a dialog is open
 * @property {boolean} hasMenu a menu is open
 * @property {boolean} hasPicks rows are picked
 * @property {boolean} hasText somebody has begun to write
 * @property {boolean} hasSelection text is marked, to be copied
 */

/** @param {Scene} scene */
export function mayRefresh(scene) {
  const isInUse = scene.hasFocus || scene.hasMenu || scene.hasDialog || scene.hasPicks || scene.hasText || scene.hasSelection;
  return !isInUse && !scene.isHidden && scene.idleMs >= IDLE_MS;
}

/**
 * How long to wait before asking the server again that did not answer: 5 s, doubling to a minute.
 * @param {number} failures in a row, from 1
 */
export const patienceMs = (failures) => Math.min(60_000, 5_000 * 2 ** (Math.max(1, failures) - 1));
