// Forms with data-send: sent without leaving the page. What went through shows the page that
// follows; what did not is said in the form, before its buttons, and every text stays.
// It decides nothing: the server's answer is shown as it is, and without it the form is plain.

import { fetchPart, make, word } from "./dom.js";
import { refresh, show, swapFlash } from "./swap.js";

/** @typedef {import("./dom.js").Answer} Answer */

/** @type {WeakSet<HTMLFormElement>} */
const underway = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-send]")) return;
  const button = /** @type {HTMLButtonElement|null} */ (event.submitter);
  const method = (button?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "").toLowerCase();
  if (event.defaultPrevented || method !== "post") return;
  event.preventDefault();
  if (!underway.has(form)) send(form, button);
});

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement|null} submitter
 */
async function send(form, submitter) {
  const button = submitter ?? form.querySelector("button:not([type=button])");
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  const data = new FormData(form, submitter);
  const isMultipart = form.enctype === "multipart/form-data";
  const body = isMultipart ? data : new URLSearchParams(/** @type {any} */ (data));
  underway.add(form);
  button?.setAttribute("aria-busy", "true");
  form.querySelector(".notice[data-answer]")?.remove();
  try {
    take(form, button, await fetchPart(action, { method: "POST", body }));
  } catch {
    say(form, button, notice(word(form, "unsent", "Not sent: the server cannot be reached."),
      word(form, "kept", "Your text is kept here. Send it again when the connection is back.")));
  } finally {
    underway.delete(form);
    button?.removeAttribute("aria-busy");
  }
}

/** @param {HTMLFormElement} form @param {Element|null} button @param {Answer} answer */
function take(form, button, answer) {
  const isPage = Boolean(answer.document.querySelector("main"));
  if (answer.status >= 400 && !isPage) {
    const said = answer.document.querySelector(".notice") ??
      notice(word(form, "failed", "This did not go through."),
        word(form, "again", "Your text is kept here. Try again."));
    say(form, button, said);
    return;
  }
  if (answer.status < 400) {
    form.dispatchEvent(new CustomEvent("bifold:sent", { bubbles: true }));
    document.dispatchEvent(new CustomEvent("bifold:own"));
  }
  // A preview lies over a page that should stay the one it is.
  if (answer.status < 400 && form.closest("dialog")) {
    swapFlash(answer.document);
    refresh({ asked: true }).catch(() => {});
  } else if (isPage) show(answer, { sent: form });
  else location.reload();
}

/** @param {string} strong @param {string} rest */
const notice = (strong, rest) =>
  make("div", { class: "notice bad", role: "alert" }, make("strong", {}, strong), make("span", {}, rest));

/**
 * @param {HTMLFormElement} form
 * @param {Element|null} button
 * @param {Element} said
 */
function say(form, button, said) {
  const element = /** @type {HTMLElement} */ (said);
  element.dataset.answer = "";
  element.tabIndex = -1;
  // In a form that is one line, the notice takes a line of its own.
  element.style.flexBasis = "100%";
  const row = button?.closest(".row");
  const before = row && row !== form && form.contains(row) ? row : button;
  if (before && form.contains(before)) before.before(element);
  else form.append(element);
  element.focus();
}
