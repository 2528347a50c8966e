// Another page of ours put in place of the one shown: main, title, badges, notice; and history.
// It keeps scroll, focus and open folds, and never takes away what somebody is writing: a form
// that was begun stays as it is, with the version it was begun on, so that a conflict is noticed.
// Pages of another build, theme, language or frame are loaded whole.

import { arrive, isShown } from "./address.js";
import { fetchPart, make, openDialog, word } from "./dom.js";
import { byTurn, fieldsOf, isBegun, isChanged } from "./fields.js";

/** @typedef {import("./dom.js").Answer} Answer */

/** @param {Document} page */
const makeup = (page) =>
  [
    Boolean(page.querySelector(".frame")),
    page.querySelector("link[rel=stylesheet]")?.getAttribute("href"),
    page.documentElement.dataset.theme,
    page.documentElement.lang,
    page.body.dataset.keys,
  ].join("\n");

/**
 * Shows the answer to something the person did, under its own address if it has one.
 * @param {Answer} answer
 * @param {{sent?: HTMLFormElement|null}} [how]
 */
export function show(answer, { sent = null } = {}) {
  const url = new URL(answer.url);
  const hasAddress = answer.status < 400;
  if (hasAddress && makeup(answer.document) !== makeup(document)) {
    if (url.href.split("#")[0] === location.href.split("#")[0]) location.reload();
    else location.assign(url);
    return;
  }
  const isSame = hasAddress && url.pathname === location.pathname;
  if (hasAddress && !isShown(url)) {
    history.pushState(null, "", url);
    arrive();
  }
  swapMain(answer.document, { isSame, sent });
}

/**
 * Fetches the page again. False if it could not be shown: refused, or in somebody's way by now.
 * @param {{asked?: boolean, may?: () => boolean}} [how]
 */
export async function refresh({ asked = false, may = () => true } = {}) {
  // What a page asks for by itself does not keep the session awake.
  const headers = asked ? {} : { "X-Bifold-Watching": "1" };
  const answer = await fetchPart(location.pathname + location.search, { headers });
  if (answer.status !== 200 || makeup(answer.document) !== makeup(document) || !may()) return false;
  return swapMain(answer.document, { asked, quiet: true });
}

/**
 * @param {Document} page another page of ours
 * @param {{isSame?: boolean, asked?: boolean, quiet?: boolean, sent?: HTMLFormElement|null}} [how]
 *   isSame: the same record as before; asked: the person wants it; quiet: leave the notice alone
 */
export function swapMain(page, how = {}) {
  const { isSame = true, asked = true, quiet = false, sent = null } = how;
  const [here, next] = [document.querySelector("main"), page.querySelector("main")];
  if (!here || !next) return false;
  if (!asked && isTypingIn(here)) return false;

  const memory = isSame ? remember(here, sent) : null;
  const { scrollX, scrollY } = window;
  document.title = page.title;
  here.className = next.className;
  here.replaceChildren(...next.childNodes);
  for (const place of [".rail nav", "nav.tabs"]) swapUnfocused(place, page);
  if (!quiet) swapFlash(page);
  if (memory) {
    restore(here, memory, sent);
    window.scrollTo(scrollX, scrollY);
  } else {
    window.scrollTo(0, 0);
    here.focus({ preventScroll: true });
  }
  document.dispatchEvent(new CustomEvent("bifold:swapped"));
  return true;
}

/** @param {Element} main */
export function isTypingIn(main) {
  const at = document.activeElement;
  return at instanceof Element && at.matches("input, textarea") && main.contains(at) &&
    isChanged(/** @type {HTMLInputElement} */ (at));
}

const formsOf = (/** @type {Element} */ main) =>
  byTurn(main.querySelectorAll("form"), (form) => form.id || form.getAttribute("action"));
const foldsOf = (/** @type {Element} */ main) =>
  byTurn(main.querySelectorAll("details.fold"), (fold) => fold.querySelector("summary")?.textContent);

/** @param {Element} main @param {HTMLFormElement|null} sent */
function remember(main, sent) {
  const at = document.activeElement;
  const isHere = at instanceof HTMLElement && main.contains(at);
  const folds = foldsOf(main);
  const forms = formsOf(main);
  const begun = [...forms].filter(([, form]) => form !== sent && isBegun(form));
  const kept = [...folds].filter(([, fold]) => !fold.contains(sent));
  const owner = isHere ? [...forms].find(([, form]) => form.contains(at)) : undefined;
  return {
    folds: new Map(kept.map(([key, fold]) => [key, /** @type {HTMLDetailsElement} */ (fold).open])),
    begun: begun.map(([key, form]) => ({ key, form })),
    focus: isHere && at !== main
      ? { at, id: at.id, key: at.dataset.key, form: owner?.[0], name: at.getAttribute("name") }
      : null,
    hadFocus: isHere,
  };
}

/** @param {Element} main @param {ReturnType<typeof remember>} memory @param {HTMLFormElement|null} sent */
function restore(main, memory, sent) {
  for (const [key, fold] of foldsOf(main)) {
    const wasOpen = memory.folds.get(key);
    if (wasOpen !== undefined) /** @type {HTMLDetailsElement} */ (fold).open = wasOpen;
  }
  const forms = formsOf(main);
  for (const { key, form } of memory.begun) keepBegun(main, forms.get(key), form, sent);
  if (!memory.hadFocus) return;
  // A page that is there for the next one begins where it began.
  const first = sent && /** @type {HTMLElement|null} */ (main.querySelector("[autofocus]"));
  if (first) {
    first.focus();
    return;
  }
  const found = memory.focus && refind(main, memory.focus, forms);
  if (found) /** @type {HTMLElement} */ (found).focus({ preventScroll: true });
  // What is folded away cannot take the focus.
  if (!found || document.activeElement !== found) /** @type {HTMLElement} */ (main).focus({ preventScroll: true });
}

/**
 * A begun form takes the place of its successor, or the top of the page if it has none.
 * @param {Element} main
 * @param {Element|undefined} successor
 * @param {HTMLFormElement} form
 * @param {HTMLFormElement|null} sent
 */
function keepBegun(main, successor, form, sent) {
  if (!successor) {
    const said = word(null, "orphan", "This form is no longer on the page. Your text is kept here.");
    main.prepend(make("div", { class: "notice" }, make("span", {}, said), form));
    return;
  }
  const version = (/** @type {Element|null} */ of) =>
    /** @type {HTMLInputElement|null|undefined} */ (of?.querySelector("input[name=_version]"));
  const [old, now, own] = [version(form), version(successor), version(sent)];
  // The person's own step is no conflict with the person's own text.
  if (old && now && own && old.value === own.value) old.value = now.value;
  successor.replaceWith(form);
  for (let d = form.closest("details"); d; d = d.parentElement?.closest("details") ?? null) d.open = true;
}

/**
 * The element that has the focus by right: the same one, or the one that came for it.
 * @param {Element} main
 * @param {{at: HTMLElement, id: string, key?: string, form?: string, name: string|null}} focus
 * @param {Map<string, HTMLFormElement>} forms
 */
function refind(main, focus, forms) {
  if (focus.at.isConnected) return focus.at;
  const form = focus.form === undefined ? undefined : forms.get(focus.form);
  return (focus.id && document.getElementById(focus.id)) ||
    (focus.key && main.querySelector(`[data-key="${CSS.escape(focus.key)}"]`)) ||
    (form && focus.name && fieldsOf(form).find((f) => f.name === focus.name)) ||
    null;
}

/** @param {string} place @param {Document} page */
function swapUnfocused(place, page) {
  const [here, next] = [document.querySelector(place), page.querySelector(place)];
  if (here && next && !here.contains(document.activeElement)) here.replaceChildren(...next.childNodes);
}

/**
 * Shows the notice of a page. An open dialog takes it, because nothing behind one can be pressed.
 * @param {Document} page
 */
export function swapFlash(page) {
  document.querySelector("b-flash")?.remove();
  const flash = page.querySelector("b-flash");
  if (!flash) return;
  const content = [...flash.childNodes];
  flash.replaceChildren();
  (openDialog() ?? document.body).append(flash);
  // A status is announced when its content changes after it was there.
  setTimeout(() => flash.append(...content), 60);
}

addEventListener("popstate", async () => {
  // Steps within the page, such as to a row, need nothing from the server.
  if (isShown(location)) return;
  try {
    const answer = await fetchPart(location.href);
    if (answer.status !== 200 || makeup(answer.document) !== makeup(document)) throw new Error();
    arrive();
    swapMain(answer.document, { isSame: false, quiet: true });
  } catch {
    location.reload();
  }
});
