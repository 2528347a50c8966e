// Small things kept in the browser, for one person each, and gone at sign-out.
// It never fails: where the browser keeps nothing, nothing is kept. It is no place for secrets
// or for anything the server should know.

const PREFIX = "bifold.";

const nameOf = (/** @type {string} */ key) =>
  `${PREFIX}${document.body.dataset.person ?? ""}.${key}`;

/** @param {string} key */
export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(key)) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key @param {unknown} value null to forget it */
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(nameOf(key));
    else localStorage.setItem(nameOf(key), JSON.stringify(value));
  } catch {
    // A full or forbidden store is the browser's business.
  }
}

/** Whatever was kept here, for anybody. */
function forgetAll() {
  try {
    const all = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    all.forEach((key) => localStorage.removeItem(key));
  } catch {
    // Nothing could be kept, so there is nothing to forget.
  }
}

document.addEventListener("submit", (event) => {
  const form = /** @type {Element} */ (event.target);
  if (form.getAttribute("action") === "/sign-out") forgetAll();
});
