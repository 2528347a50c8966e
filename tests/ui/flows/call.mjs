// Somebody is on the telephone: by keys alone, one caller after the other, and without modules.

import assert from "node:assert/strict";
import { through } from "../lib/acts.mjs";

/** The element that has the focus, by its id. */
const at = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim() || "");

export default {
  async "two callers after each other, by keys alone"(stage) {
    const page = await stage.page("agent");
    await page.goto("/");
    await page.locator("main").waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.waitForURL("**/call");
    for (const [caller, what, safety] of [["Mira Solberg", "The tills stand still", 1], ["", "A mail asks for my password", 0]]) {
      await page.waitForFunction(() => document.activeElement?.id === "caller");
      assert.equal(await page.locator("#caller").inputValue(), "", "nothing is left of the caller before");
      assert.equal(await page.locator("#what").inputValue(), "");
      if (caller) await page.keyboard.type(caller);
      await page.keyboard.press("Tab");
      assert.equal(await at(page), "number");
      await page.keyboard.type("044 555 01 23");
      await page.keyboard.press("Tab");
      assert.equal(await at(page), "what");
      await page.keyboard.type(what);
      // Since when is a field of several parts; how many and the question come after it.
      for (let n = 0; n < 12 && (await at(page)) !== "affected"; n += 1) await page.keyboard.press("Tab");
      await page.keyboard.type("3");
      await page.keyboard.press("Tab");
      for (let n = 0; n < safety; n += 1) await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Space");
      for (let n = 0; n < 12 && !(await at(page)).startsWith("Log, next"); n += 1) await page.keyboard.press("Tab");
      await through(page, () => page.keyboard.press("Enter"));
      await page.locator("b-flash").getByText(/EVT-\d{4}-\d+ is logged/).waitFor();
    }
    const { items } = await (await stage.api("agent")).get("/events");
    const titles = items.map((event) => event.title);
    for (const title of ["A mail asks for my password", "The tills stand still"]) assert.ok(titles.includes(title), titles.join());
    const mine = await (await stage.api("reporter")).get("/events");
    assert.ok(mine.items.some((event) => event.title === "The tills stand still"), "the caller follows it as their own");
  },

  async "the same without modules, about an incident that is known"(stage) {
    const api = await stage.api("agent");
    const { number } = await api.declare("Tills stand still again");
    const page = await stage.page("agent", { javaScriptEnabled: false });
    await page.goto("/call?caller=044%20555%2099%2000");
    assert.equal(await page.locator("#number").inputValue(), "044 555 99 00");
    await page.locator("#what").fill("My till, too");
    await page.getByLabel("Not known").check();
    await page.getByText("Another incident, a call of before").click();
    await page.locator("#incident").fill(number);
    await page.getByRole("button", { name: "Log and decide what it is" }).click();
    await page.waitForURL("**/events/EVT-*");
    await page.locator("h1", { hasText: "My till, too" }).waitFor();
    await page.locator("main").getByText(number).first().waitFor();
  },
};
