// What people do on pages, by the forms that do it.

import assert from "node:assert/strict";

/** Fills the fields of a form by their names: texts, choices, radios and boxes. */
export async function fill(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    const kind = await field.first().evaluate((element) => `${element.tagName} ${element.getAttribute("type") ?? ""}`.toLowerCase());
    if (kind.startsWith("select")) await field.selectOption(value);
    else if (kind.includes("radio") || kind.includes("checkbox")) {
      for (const one of [value].flat()) await form.locator(`[name="${name}"][value="${one}"]`).check();
    } else await field.first().fill(value);
  }
}

/**
 * Opens every fold and menu around an element. The page may have been shown anew after the element
 * was found: then it is looked for once more.
 */
export async function unfold(locator) {
  for (let tries = 0; tries < 20; tries += 1) {
    const isThere = await locator.evaluate((element) => {
      for (let d = element.closest("details"); d; d = d.parentElement?.closest("details") ?? null) d.open = true;
      return element.isConnected;
    });
    if (isThere) return;
  }
  throw new Error("the page is shown anew all the time");
}

/** Does something that shows another page, or the same one anew, and waits until it stands. */
export async function through(page, does) {
  await page.evaluate(() => document.querySelector("main")?.firstElementChild?.setAttribute("data-before", ""));
  await does();
  await page.waitForFunction(() => document.readyState !== "loading" && document.querySelector("main") && !document.querySelector("main [data-before]"));
}

/**
 * Sends the form of a verb on the page of an incident, and waits until the page shows what came of it.
 * @param {import("playwright-core").Page} page
 * @param {string} verb such as `resolve`, or a whole path
 */
export async function act(page, verb, fields = {}, { having } = {}) {
  const action = verb.startsWith("/") ? verb : `/do/${verb}`;
  const forms = page.locator(`main form[action$="${action}"]`);
  const form = (having ? forms.filter({ has: page.locator(having) }) : forms).first();
  await form.waitFor({ state: "attached" });
  await unfold(form);
  await fill(form, fields);
  await through(page, async () => {
    // The page may be shown anew for what somebody else did: only the answer says that this was done.
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await form.locator("button:not([type=button])").last().click();
    await answered;
  });
}

/** Declares an incident by its page; gives its number. */
export async function declare(page, fields) {
  await page.goto("/declare");
  await fill(page.locator("form[action='/declare']"), fields);
  await page.locator("form[action='/declare'] button.primary").click();
  await page.waitForURL(/\/incidents\/INC-[\d-]+/);
  return page.url().match(/INC-\d+-\d+/)[0];
}

/** Answers the questions of a kind and decides. */
export async function assess(page, number, kind, { answers = {}, finding, reason }) {
  await page.goto(`/incidents/${number}/assess/${kind}`);
  const form = page.locator("form[action$='/do/assess']");
  for (const [key, answer] of Object.entries(answers)) {
    await form.locator(`[name="answers.${key}"][value="${answer}"]`).check();
  }
  await fill(form, { finding, reason });
  await form.getByRole("button", { name: "Decide" }).click();
  await page.waitForURL(new RegExp(`/incidents/${number}(#.*)?$`));
}

/** The pill of a verdict. */
export const pill = (page, kind) => page.locator(`.strip a.pill[href$="/assess/${kind}"]`);

/** The text of the page as somebody reads it. */
export const shown = (page) => page.locator("body").innerText();

/** Nothing of these words may stand anywhere a page, its title, address or markup can hold it. */
export async function saysNothingOf(page, words, where = page.url()) {
  const everything = `${await page.content()}\n${await page.title()}\n${page.url()}`;
  for (const word of words) assert.ok(!everything.includes(word), `${where} says ${word}`);
}
