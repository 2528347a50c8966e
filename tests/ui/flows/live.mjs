// A second person changes what the first one looks at: it is said, and nothing moves.

import assert from "node:assert/strict";
import { act } from "../lib/acts.mjs";

const SOON_MS = 12_000;

export default {
  async "the incident page says that it changed and keeps what is under the cursor where it is"(stage) {
    const { number } = await (await stage.api("manager")).declare("Live: two people look at it", { description: "One.\n\nTwo." });
    const first = await stage.page("manager");
    const second = await stage.page("agent");
    await first.goto(`/incidents/${number}`);
    await first.locator("#note").fill("I am in the middle of a sen");
    const before = await first.locator("#note").boundingBox();
    await first.waitForTimeout(500);
    await second.goto(`/incidents/${number}`);
    await act(second, "workaround", { text: "Live: go to the other desk." });
    const pill = first.locator("b-live .live-pill");
    await pill.waitFor({ timeout: SOON_MS });
    const after = await first.locator("#note").boundingBox();
    assert.deepEqual(after, before, "nothing moved under the cursor");
    assert.equal(await first.locator("dd", { hasText: "go to the other desk" }).count(), 0, "nor was anything put in by itself");
    await pill.getByRole("button", { name: "Show" }).click();
    await first.locator("dd", { hasText: "Live: go to the other desk." }).waitFor();
    assert.equal(await first.locator("#note").inputValue(), "I am in the middle of a sen", "the text stays");
  },

  async "new rows of the queue wait behind a pill while somebody is at a row"(stage) {
    const page = await stage.page("manager");
    await page.goto("/incidents?open=true&order=newest");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const at = page.locator(".queue > li.is-at");
    const [number, place] = [await at.getAttribute("id"), await at.boundingBox()];
    await page.waitForTimeout(500);
    await (await stage.api("agent")).declare("Live: one more row at the top");
    const pill = page.locator("b-live .live-pill");
    await pill.waitFor({ timeout: SOON_MS });
    assert.deepEqual([await at.getAttribute("id"), await at.boundingBox()], [number, place]);
    await pill.getByRole("button", { name: "Show" }).click();
    await page.locator(".queue").getByText("Live: one more row at the top").waitFor();
    assert.equal(await at.getAttribute("id"), number, "one is still at the same row");
  },

  async "a menu opened while the echo of one's own step is on its way stays open"(stage) {
    const api = await stage.api("manager");
    const { number } = await api.declare("Live: a menu is opened in the middle");
    const page = await stage.page("manager");
    await page.goto(`/incidents/${number}`);
    await page.waitForTimeout(500);
    const isEcho = (request) => request.headers()["x-bifold-watching"] === "1";
    let [begin, end] = [];
    const [begun, ended] = [new Promise((is) => { begin = is; }), new Promise((is) => { end = is; })];
    await page.route(`**/incidents/${number}`, async (route) => {
      if (!isEcho(route.request())) return route.continue();
      const answer = await route.fetch();
      begin();
      await page.waitForTimeout(1_000);
      await route.fulfill({ response: answer });
      end();
    });
    // As if the person had just done something here, whose echo this is.
    await page.evaluate(() => document.dispatchEvent(new CustomEvent("bifold:own")));
    await api.post(`/incidents/${number}/notes`, { text: "Live: use the other door." });
    await begun;
    const menu = page.locator("details.menu:has(form[action$='/do/resolve'])");
    await menu.locator("summary").first().click();
    await ended;
    await page.waitForTimeout(500);
    assert.ok(await menu.evaluate((element) => element.open), "the menu stays open");
    await page.unrouteAll({ behavior: "ignoreErrors" });
  },
};
