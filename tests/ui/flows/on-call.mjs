// On-call: a schedule is planned, a shift swapped by the two whose it is, and handed over; the same
// without JavaScript, because whoever is called at night may have any browser at hand.

import assert from "node:assert/strict";

const today = () => new Date().toISOString().slice(0, 10);

async function plan(page, name) {
  await page.goto("/oncall/new");
  await page.locator("#name").fill(name);
  await page.locator("#n-1").fill("Days");
  await page.locator("#z-1").fill("UTC");
  await page.locator("#s-1").fill(`${today()}T00:00`);
  await page.locator("#c-1").fill("1");
  await page.locator("select[name=layer_unit]").first().selectOption("days");
  await page.locator("#p-1").fill("Noah Brandt\nAda Lindqvist");
  await page.locator("form[action='/oncall/new'] button.primary").click();
  await page.locator("section.rota", { hasText: name }).waitFor();
}

async function swapped(stage, options) {
  const name = `Rota ${options.javaScriptEnabled === false ? "plain" : "quick"}`;
  await plan(await stage.page("manager", options), name);
  const noah = await stage.page("agent", options);
  await noah.goto("/oncall");
  const shift = noah.locator("details.card", { hasText: name }).nth(1);
  await shift.locator("summary").click();
  await shift.getByRole("button", { name: "Ask for the swap" }).click();
  await noah.getByText("You asked Ada Lindqvist to take a shift").waitFor();
  const ada = await stage.page("engineer", options);
  await ada.goto("/oncall");
  const asked = ada.locator("section.card", { hasText: "Noah Brandt asks you to take a shift" });
  await asked.filter({ hasText: name }).getByRole("button", { name: "Accept" }).click();
  const rota = ada.locator("section.rota", { hasText: name });
  await rota.getByText("All shifts of these two weeks").click();
  await rota.getByText("Swapped").first().waitFor();
  const form = noah.locator("form", { hasText: `Hand over: ${name}` });
  await noah.goto("/oncall");
  await form.locator("textarea").fill("The supplier calls back at six.");
  await form.getByRole("button", { name: "Hand over" }).click();
  await noah.locator("section.rota", { hasText: name }).getByText("not taken yet").waitFor();
  await ada.goto("/oncall");
  const offered = ada.locator("form", { hasText: "The supplier calls back at six." });
  await offered.filter({ hasText: name }).getByRole("button", { name: "I have it" }).click();
  await ada.locator("section.rota", { hasText: name }).getByText(": taken").waitFor();
}

export default {
  async "a shift is swapped and handed over by the two whose it is"(stage) {
    await swapped(stage, {});
  },

  async "the same without JavaScript"(stage) {
    await swapped(stage, { javaScriptEnabled: false });
  },

  async "a chain says who would be called before it is needed"(stage) {
    const page = await stage.page("manager");
    await page.goto("/oncall/chains");
    await page.locator("#chain").selectOption({ label: "Vital services" });
    await page.getByRole("button", { name: "Show" }).click();
    const calls = page.locator(".calls > li");
    assert.ok((await calls.count()) >= 9, "three rounds of three calls");
    await page.getByText("if nobody answered").waitFor();
  },
};
