// The order of what the palette offers: what was used last comes first, within its group.
// The server says what there is and in which groups; here nothing is added or left out.

/** @typedef {{label: string, hint?: string, href?: string, press?: string}} Item */
/** @typedef {{name: string, items: Item[]}} Group */

const LIMIT = 30;

/** @param {Item} item */
export const keyOf = (item) => item.href ?? `press:${item.press ?? ""}`;

/**
 * @param {Group[]} groups
 * @param {string[]} recent keys, newest first
 * @returns {Group[]} groups with something in them
 */
export function rank(groups, recent) {
  const place = (/** @type {Item} */ item) => {
    const at = recent.indexOf(keyOf(item));
    return at === -1 ? recent.length : at;
  };
  return groups
    .filter((group) => group.items.length > 0)
    .map((group) => ({ ...group, items: [...group.items].sort((a, b) => place(a) - place(b)) }));
}

/**
 * The keys after one was used.
 * @param {string[]} recent
 * @param {string} key
 */
export const used = (recent, key) => [key, ...recent.filter((other) => other !== key)].slice(0, LIMIT);

/**
 * The option after or before, round and round.
 * @param {number} at
 * @param {number} by
 * @param {number} count
 */
export const step = (at, by, count) => (count === 0 ? -1 : (at + by + count) % count);
