// The one way to the server and into the document: answers of our own origin are parsed under the
// Trusted Types policy "bifold", and their nodes are moved. Text is only ever set as text.
// It refuses answers of other origins, markup from anywhere else, and anything that would run.

/** @typedef {{status: number, url: string, redirected: boolean, document: Document}} Answer */

/** Has its own path, which no page lies below. */
const PUSH_WORKER = "/push/worker.js";

const rules = {
  createHTML: (/** @type {string} */ text) => text,
  createScriptURL: (/** @type {string} */ url) => {
    const { origin, pathname } = new URL(url, location.href);
    const isWorker = pathname.endsWith("/sw.js") || pathname === PUSH_WORKER;
    if (origin === location.origin && isWorker) return url;
    throw new TypeError("only the service workers are loaded by address");
  },
};
// The policy stays in this module, so nobody else can make markup of a text.
/** @type {typeof rules} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("bifold", rules) ?? rules;

/** The address of the service worker of this build. */
export const workerUrl = () => policy.createScriptURL(new URL("./sw.js", import.meta.url).href);

/** The address of the service worker for notifications. */
export const pushWorkerUrl = () => policy.createScriptURL(new URL(PUSH_WORKER, location.href).href);

/** @param {string} text An answer of our own origin. */
function parsed(text) {
  const page = new DOMParser().parseFromString(policy.createHTML(text), "text/html");
  page.querySelectorAll("script, iframe, object, embed, base").forEach((node) => node.remove());
  return page;
}

/**
 * Asks for a page or a part of one. Rejects when the server cannot be reached.
 * @param {string} url
 * @param {RequestInit} [options]
 * @returns {Promise<Answer>}
 */
export async function fetchPart(url, options = {}) {
  const headers = { Accept: "text/html", "X-Bifold-Part": "1", ...options.headers };
  const answer = await fetch(url, { credentials: "same-origin", ...options, headers });
  if (new URL(answer.url).origin !== location.origin) throw new TypeError("not our origin");
  const isPage = (answer.headers.get("content-type") ?? "").startsWith("text/html");
  const text = isPage ? await answer.text() : "";
  const { status, redirected } = answer;
  return { status, url: answer.url, redirected, document: parsed(text) };
}

/**
 * Makes an element. Children that are strings become text.
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/**
 * A word of the interface: from the element (data-NAME), else from the page (data-say-NAME on the
 * body), else the English one.
 * @param {Element|null} element
 * @param {string} name in camel case
 * @param {string} english
 */
export function word(element, name, english) {
  const own = element instanceof HTMLElement ? element.dataset[name] : undefined;
  const shared = document.body.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`];
  return own ?? shared ?? english;
}

/** The language of the page, with the day before the month in English. */
export function language() {
  const lang = document.documentElement.lang || "en";
  return lang === "en" ? "en-GB" : lang;
}

/** @type {HTMLElement|null} */
let speaker = null;

/**
 * Says something to those who listen instead of look, after what is being said.
 * @param {string} text
 */
export function announce(text) {
  speaker ??= make("p", { class: "vh", role: "status" });
  // What is behind an open dialog is silent.
  const where = openDialog() ?? document.body;
  if (speaker.parentNode !== where) where.append(speaker);
  speaker.textContent = "";
  // A region speaks when its text changes after it was there.
  setTimeout(() => { if (speaker) speaker.textContent = text; }, 60);
}

/** The uppermost modal dialog, if one is open. */
export function openDialog() {
  return [...document.querySelectorAll("dialog[open]")].at(-1) ?? null;
}

/**
 * Registers an element once, however often the module is looked at.
 * @param {string} name
 * @param {CustomElementConstructor} element
 */
export function define(name, element) {
  if (!customElements.get(name)) customElements.define(name, element);
}
