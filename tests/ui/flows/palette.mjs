// The command palette: places, records, verbs and people, by keyboard.

import assert from "node:assert/strict";

/** Types into the palette and waits for what the server answers to it. */
async function ask(page, text) {
  await page.getByRole("combobox", { name: "Search and commands" }).fill(text);
  await page.locator(`[role=listbox][data-for="${text}"]`).waitFor();
}

export default {
  async "Ctrl K goes to a record by its short number, to places, and does what the page can do"(stage) {
    const api = await stage.api("manager");
    const { number } = await api.declare("Palette: found by its number");
    const page = await stage.page("manager");
    await page.goto("/incidents");
    await page.keyboard.press("Control+k");
    await ask(page, `INC-${Number(number.split("-")[2])}`);
    await page.getByRole("option", { name: new RegExp(number) }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/incidents/${number}`);

    // A verb of this page, pressed as its key would be.
    await page.keyboard.press("Control+k");
    await ask(page, ">take");
    await page.getByRole("option", { name: /Take/ }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.locator("b-flash").getByText(`You took ${number}`).waitFor();

    await page.keyboard.press("Control+k");
    await ask(page, "triage");
    await page.getByRole("option", { name: "Triage" }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/triage");

    await page.keyboard.press("Control+k");
    await ask(page, "@Tomas");
    await page.getByRole("option", { name: /Tomas Rueda/ }).first().waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog[open]").count(), 0);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  },

  async "without modules the field of the bar is a search"(stage) {
    const { number } = await (await stage.api("manager")).declare("Palette: rhubarbsearch without modules");
    const page = await stage.page("manager", { javaScriptEnabled: false });
    await page.goto("/incidents");
    await page.locator("#find").fill("rhubarbsearch");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/search?q=rhubarbsearch");
    await page.getByText("rhubarbsearch without modules").waitFor();
    await page.locator("#find").fill(number);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/incidents/${number}`);
  },
};
