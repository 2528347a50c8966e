// What must never happen on a page, watched on every page: violations of the content policy,
// uncaught errors, errors on the console, things that do not load, dialogs.

import assert from "node:assert/strict";

/** Chromium says each failed load again on the console; the answer itself is looked at below. */
const ECHO = /^Failed to load resource:/;
/** What the answer to a form says is for the form. */
const isAnswer = (request) => request.method() !== "GET" || request.isNavigationRequest();

export class Guard {
  /** @type {string[]} */
  #problems = [];
  /** @type {RegExp[]} */
  #allowed = [];

  /** Problems that match are what the test is about. */
  allow(pattern) { this.#allowed.push(pattern); }

  note(problem) { this.#problems.push(problem); }

  get problems() {
    return this.#problems.filter((problem) => !this.#allowed.some((pattern) => pattern.test(problem)));
  }

  check() { assert.deepEqual(this.problems, [], "what must never happen on a page"); }

  /** @param {import("playwright-core").BrowserContext} context */
  async watch(context) {
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy violated: ${event.effectiveDirective} by ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber} ${event.sample}`);
      });
    });
    context.on("page", (page) => this.#page(page));
  }

  /** @param {import("playwright-core").Page} page */
  #page(page) {
    const at = () => page.url().replace(/^http:\/\/[^/]+/, "");
    page.on("console", (message) => {
      if (message.type() === "error" && !ECHO.test(message.text())) this.note(`${at()}: console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.note(`${at()}: uncaught: ${error.stack ?? error}`));
    page.on("dialog", (dialog) => {
      // Leaving a page with unsent text may ask; nothing else may.
      if (dialog.type() !== "beforeunload") this.note(`${at()}: dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    page.on("response", (response) => {
      if (response.status() >= 500) this.note(`${at()}: ${response.status()} ${response.url()}`);
      else if (response.status() >= 400 && !isAnswer(response.request())) {
        this.note(`${at()}: ${response.status()} ${response.url()}`);
      }
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // The stream and what was under way end with their page.
      if (why !== "net::ERR_ABORTED") this.note(`${at()}: ${why} ${request.url()}`);
    });
  }
}
