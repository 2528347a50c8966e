// What is written is kept in the browser until it is sent, and gone when one signs out.

import assert from "node:assert/strict";
import { signInAs } from "../lib/browser.mjs";
import { through } from "../lib/acts.mjs";

const TEXT = "Half a sentence about the";

const kept = (page) => page.evaluate(() => Object.entries({ ...localStorage, ...sessionStorage }).map(([key, value]) => `${key}=${value}`).join("\n"));

export default {
  async "a draft survives a reload, says so, and is gone once sent"(stage) {
    const { number } = await (await stage.api("agent")).declare("Drafts: a note is half written");
    const page = await stage.page("agent");
    await page.goto(`/incidents/${number}`);
    await page.locator("#note").fill(TEXT);
    await page.reload();
    await page.waitForFunction((text) => document.querySelector("#note").value === text, TEXT);
    // Elsewhere and back, where the browser itself restores nothing.
    await page.goto("/incidents");
    await page.goto(`/incidents/${number}`);
    await page.locator("form.composer [data-draft-line]").waitFor();
    assert.equal(await page.locator("#note").inputValue(), TEXT);
    await through(page, () => page.locator("form.composer button.primary").click());
    await page.locator("ol.timeline").getByText(TEXT).waitFor();
    await page.reload();
    assert.equal(await page.locator("#note").inputValue(), "");
    assert.ok(!(await kept(page)).includes(TEXT), "nothing of it is left in the browser");
  },

  async "signing out wipes drafts, so that the next person at this machine finds none"(stage) {
    const { number } = await (await stage.api("agent")).declare("Drafts: signing out in between");
    const page = await stage.page("agent");
    await page.goto(`/incidents/${number}`);
    await page.locator("#note").fill(TEXT);
    await page.waitForFunction((text) => JSON.stringify({ ...localStorage, ...sessionStorage }).includes(text), TEXT);
    await page.locator("details.menu summary.quiet").first().click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in");
    assert.ok(!(await kept(page)).includes(TEXT));
    await signInAs(page.context(), stage.demo.base, stage.demo.people.manager);
    await page.goto(`/incidents/${number}`);
    assert.equal(await page.locator("#note").inputValue(), "");
  },

  async "when the server cannot be reached the text stays and the form says so"(stage) {
    const { number } = await (await stage.api("agent")).declare("Drafts: the network is gone");
    const page = await stage.page("agent");
    page.guard.allow(/net::ERR_INTERNET_DISCONNECTED/);
    await page.goto(`/incidents/${number}`);
    await page.locator("#note").fill(TEXT);
    await page.context().setOffline(true);
    await page.locator("form.composer button.primary").click();
    await page.locator("form.composer .notice[data-answer]").waitFor();
    assert.equal(await page.locator("#note").inputValue(), TEXT);
    await page.context().setOffline(false);
    await through(page, () => page.locator("form.composer button.primary").click());
    await page.locator("ol.timeline").getByText(TEXT).waitFor();
  },
};
