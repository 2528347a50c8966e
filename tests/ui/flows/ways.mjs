// Which way when: steps are added, looked at, kept, found wrong and removed by the form; the same
// without JavaScript.

import assert from "node:assert/strict";
import { client } from "../lib/api.mjs";
import { findings } from "../lib/axe.mjs";
import { shown, through } from "../lib/acts.mjs";

const HERE = "/settings/notify";
const KEYS = {
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};

async function edited(stage, options) {
  const organisation = await stage.founded("Ways Trust");
  const api = await client(organisation, "admin");
  for (const label of ["Laptop", "Phone"]) {
    const target = { kind: "push", endpoint: `https://push.example/${label}`, ...KEYS };
    await api.post("/me/channels", { label, clearance: "green", target });
  }
  const page = await stage.pageOf(organisation, "admin", options);
  await page.goto(HERE);
  const form = page.locator("form[action='/settings/notify/steps']");
  const row = async (urgency, n, minutes, way) => {
    await form.locator(`[name=${urgency}_after]`).nth(n).fill(minutes);
    const choice = form.locator(`[name=${urgency}_way]`).nth(n);
    const value = await choice.locator("option", { hasText: way }).first().getAttribute("value");
    await choice.selectOption(value);
  };
  const press = (name) => through(page, () => form.getByRole("button", { name }).click());
  assert.match(await shown(page), /You have said nothing: the first way that works/);
  assert.match(await form.innerText(), /now: Laptop · now: Phone/);

  await row("page", 0, "", "Phone");
  await row("page", 1, "3", "Laptop");
  await row("low", 0, "10", "Phone");
  await press("Show what would happen");
  assert.match(await form.innerText(), /Not saved yet/);
  assert.match(await form.innerText(), /now: Phone · after 3 min: Laptop/);
  assert.deepEqual((await api.get("/me/rules")).page, [], "looking keeps nothing");
  await press("Save");
  await page.getByText("You have said nothing: the first way that works").waitFor();
  const kept = await api.get("/me/rules");
  assert.deepEqual(kept.page.map((step) => step.after_minutes), [0, 3]);
  assert.deepEqual([kept.normal.length, kept.low[0].after_minutes], [0, 10]);

  // Minutes without a way: said at the row, kept in the field, nothing saved.
  await row("normal", 0, "7", "no step");
  await press("Save");
  const wrong = form.locator("#normal-wrong-1");
  assert.match(await wrong.innerText(), /Choose a way, or leave the minutes empty/);
  assert.equal(await form.locator("[name=normal_after]").first().inputValue(), "7");
  if (options.javaScriptEnabled !== false) assert.deepEqual(await findings(page), []);

  await row("normal", 0, "7", "Laptop");
  await row("page", 0, "", "no step");
  await press("Save");
  await form.getByText("after 7 min: Laptop").waitFor();
  const after = await api.get("/me/rules");
  assert.deepEqual([after.page.length, after.normal[0].after_minutes], [1, 7]);
}

export default {
  async "steps are added, looked at, kept and removed"(stage) { await edited(stage, {}); },

  async "the same without JavaScript"(stage) { await edited(stage, { javaScriptEnabled: false }); },
};
