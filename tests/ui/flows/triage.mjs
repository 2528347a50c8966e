// Ten items of the tray decided without a pointer.

import assert from "node:assert/strict";
import { through } from "../lib/acts.mjs";

export default {
  async "ten items are decided by keyboard alone"(stage) {
    const api = await stage.api("agent");
    for (let n = 0; n < 10; n++) await api.receive(`Tray ${n}: the screen of bed ${n} stays dark`, { sort: "fault" });
    const page = await stage.page("agent");
    await page.goto("/triage");
    const decided = [];
    for (let n = 0; n < 10; n++) {
      const item = page.locator("[data-item].is-at");
      // Once something was decided, one is at what came after it.
      if (n === 0) await page.keyboard.press("j");
      await item.waitFor();
      const number = await item.getAttribute("id");
      // a: accept, d: not an incident, w: a weakness; the rest is Tab and Enter.
      const key = ["a", "d", "w"][n % 3];
      await page.keyboard.press(key);
      const form = item.locator("details[open] form");
      await form.waitFor();
      const inForm = await form.evaluate((element) => element.contains(document.activeElement));
      assert.ok(inForm, `${key} leads into the form`);
      if (key === "d") {
        await page.keyboard.press("b");
        await page.keyboard.press("Tab");
      }
      if (key !== "a") await page.keyboard.type("Looked at by keyboard.");
      await through(page, async () => {
        // Forward to the button, which is the last control of its form.
        for (let tabs = 0; tabs < 12; tabs++) {
          if (await page.evaluate(() => document.activeElement?.matches("form[action$='/decide'] button"))) break;
          await page.keyboard.press("Tab");
        }
        await page.keyboard.press("Enter");
      });
      await page.waitForFunction((gone) => !document.getElementById(gone), number);
      assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), "BODY", "the focus is not lost");
      decided.push([number, key]);
    }
    for (const [number, key] of decided) {
      const event = await api.get(`/events/${number}`);
      assert.equal(event.standing, { a: "incident", d: "dismissed", w: "weakness" }[key], number);
    }
  },

  async "single letters can be switched off"(stage) {
    const page = await stage.page("agent");
    await page.goto("/settings/me");
    const box = page.locator("form[action='/settings/me/look'] [name^=keys]");
    await box.first().waitFor();
    const form = page.locator("form[action='/settings/me/look']");
    if (await box.first().getAttribute("type") === "checkbox") await box.first().uncheck();
    else await form.locator("[name^=keys][value=off]").check();
    await form.locator("button").last().click();
    await page.waitForLoadState();
    await page.goto("/triage");
    await page.keyboard.press("j");
    assert.equal(await page.locator(".is-at").count(), 0, "j does nothing any more");
    assert.equal(await page.locator("body[data-keys]").count(), 0);
  },
};
