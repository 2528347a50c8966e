// Which page is shown, and the place within it that the address names.
// It fetches nothing; it only tells a step to another page from a step on this one.

let shown = location.pathname + location.search;
let timer = 0;

/** @param {URL|Location} url */
export const isShown = (url) => url.pathname + url.search === shown;

/** The page under the current address is the one shown now. */
export function arrive() {
  shown = location.pathname + location.search;
}

/**
 * Names a place of the page, without a step in the history. Browsers refuse addresses that
 * change many times a second, so the last of several is taken.
 * @param {string} name or "" for none
 */
export function setPlace(name) {
  clearTimeout(timer);
  const page = shown;
  timer = setTimeout(() => {
    const hash = name && `#${encodeURIComponent(name)}`;
    if (shown === page) history.replaceState(history.state, "", page + hash);
  }, 200);
}

/** The place that the address names, or "". */
export function place() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}
