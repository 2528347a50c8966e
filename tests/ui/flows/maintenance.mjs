// Planned maintenance: planned in the reader's own time, read back in it, moved, begun and done;
// without JavaScript the fields are in UTC.

import assert from "node:assert/strict";

const DAY = 86_400_000;
/** A day in winter, when Berlin is an hour ahead of UTC. */
const winter = () => `${new Date(Date.now() + 400 * DAY).getUTCFullYear()}-01-15`;

async function planned(stage, options, title) {
  const page = await stage.page("manager", options);
  await page.goto("/maintenance");
  const form = page.locator("form[action='/maintenance']");
  if (!(await form.isVisible())) await page.locator("summary", { hasText: "Plan maintenance" }).click();
  await page.getByLabel("What is done").fill(title);
  await page.getByLabel("Begins").fill(`${winter()}T22:00`);
  await page.getByLabel("Ends").fill(`${winter()}T23:30`);
  await page.getByLabel("Imaging").check();
  await form.getByRole("button", { name: "Plan maintenance" }).click();
  await page.getByRole("heading", { name: title }).waitFor();
  const api = await stage.api("manager");
  const { items } = await api.get("/maintenances");
  return { page, found: items.find((one) => one.title === title) };
}

export default {
  async "times are the reader's own, and it is moved, begun and done"(stage) {
    const { page, found } = await planned(stage, {}, "Shelves in own time");
    assert.equal(found.from, `${winter()}T21:00:00.000000Z`, "ten at night in Berlin");
    const begins = page.locator("dl.facts b-time").first();
    assert.match(await begins.innerText(), /22:00/);
    await page.getByText("Change or move it").click();
    assert.equal(await page.getByLabel("Begins").inputValue(), `${winter()}T22:00`);
    await page.getByLabel("Ends").fill(`${winter()}T23:45`);
    await page.getByLabel("Why").first().fill("One shelf more.");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The plan is changed.").waitFor();
    assert.match(await page.locator("dl.facts b-time").nth(1).innerText(), /23:45/);
    assert.match(await page.locator("dl.facts b-time").first().innerText(), /22:00/, "the rest stays");
    await page.locator("summary", { hasText: "Begin now" }).click();
    await page.getByRole("button", { name: "Begin now" }).click();
    await page.getByText("Alerts of these services are held until it ends.").waitFor();
    await page.getByLabel("What was done").fill("All shelves are in.");
    await page.getByRole("button", { name: "It is done" }).click();
    await page.getByText("All shelves are in.").waitFor();
  },
  async "without JavaScript the fields are in UTC"(stage) {
    const { found } = await planned(stage, { javaScriptEnabled: false }, "Shelves in UTC");
    assert.equal(found.from, `${winter()}T22:00:00.000000Z`);
  },
};
