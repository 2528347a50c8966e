// The room: two people talk while both write, decide, report and hand over; with the keyboard, and
// without modules.

import assert from "node:assert/strict";
import { findings } from "../lib/axe.mjs";

/** A major incident led by the manager. */
async function major(stage, title) {
  const lead = await stage.api("manager");
  const made = await lead.declare(title, { impact: "extensive", urgency: "critical" });
  const { person } = await lead.get("/me");
  await lead.post(`/incidents/${made.id}/major/promote`, { responsible: person.id, reason: "Everybody calls." });
  return made.number;
}

/** Says something: by the key where there are modules, by the button where there are none. */
async function say(page, words, hasModules = true) {
  const field = page.getByLabel("Say something to the room");
  await field.fill(words);
  if (hasModules) await field.press("Enter");
  else await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".message", { hasText: words }).waitFor();
}

async function decided(page, words) {
  await page.getByLabel("What shall be done?").fill(words);
  await page.getByRole("button", { name: "Add to the log" }).click();
  await page.locator(".decision.taken", { hasText: words }).waitFor();
}

async function reported(page, words) {
  const summary = page.locator("summary", { hasText: "Report the situation" });
  const field = page.getByLabel("How things stand");
  if (!(await field.isVisible())) await summary.click();
  await field.fill(words);
  await page.getByRole("button", { name: "Report", exact: true }).click();
  await page.locator("#room-reports", { hasText: words }).waitFor();
}

export default {
  async "what is said appears while somebody else writes, and their words stay"(stage) {
    const number = await major(stage, "Tills stand still in the east");
    const [lead, desk] = [await stage.page("manager"), await stage.page("agent")];
    await Promise.all([lead, desk].map((page) => page.goto(`/incidents/${number}/room`)));
    const mine = desk.getByLabel("Say something to the room");
    await mine.pressSequentially("Half a sen");
    await say(lead, "The second host fails.");
    await desk.locator(".message", { hasText: "The second host fails." }).waitFor();
    assert.equal(await mine.inputValue(), "Half a sen");
    assert.ok(await mine.evaluate((field) => field === document.activeElement), "the focus stays");
    await mine.pressSequentially("tence.");
    await mine.press("Enter");
    await lead.locator(".message", { hasText: "Half a sentence." }).waitFor();
    assert.equal(await mine.inputValue(), "");
  },

  async "decisions, reports and roles: proposed, decided, told, handed over"(stage) {
    const number = await major(stage, "Tills stand still in the west");
    const [lead, desk] = [await stage.page("manager"), await stage.page("agent")];
    await Promise.all([lead, desk].map((page) => page.goto(`/incidents/${number}/room`)));
    await desk.getByLabel("What shall be done?").fill("Fail over to the second site.");
    await desk.getByRole("button", { name: "Add to the log" }).click();
    const open = lead.locator(".decision.open", { hasText: "Fail over to the second site." });
    await open.waitFor();
    await open.getByRole("button", { name: /^Decide/ }).click();
    await desk.locator(".decision.taken", { hasText: "Fail over to the second site." }).waitFor();
    await decided(lead, "Nobody restarts till 4.");
    await reported(lead, "Two of nine tills work.");
    const scribe = desk.locator(".seats > li", { hasText: "Scribe" });
    await scribe.getByRole("button", { name: /^Take/ }).click();
    await scribe.getByRole("button", { name: /^Take/ }).waitFor({ state: "detached" });
    assert.deepEqual(await findings(desk), []);
    await lead.goto(`/incidents/${number}/wall`);
    await lead.getByText("Two of nine tills work.").waitFor();
  },

  async "a message is corrected, taken back and taken into the timeline"(stage) {
    const number = await major(stage, "Tills stand still in the north");
    const page = await stage.page("manager");
    await page.goto(`/incidents/${number}/room`);
    await say(page, "The second host fails.");
    const message = page.locator("#m1");
    await message.locator("summary").first().click();
    await message.getByLabel("Correct").fill("The third host fails.");
    await message.getByRole("button", { name: "Correct" }).click();
    await page.locator("#m1", { hasText: "The third host fails." }).waitFor();
    await page.locator("#m1 details.fold summary").click();
    await page.locator("#m1").getByText("The second host fails.").waitFor();
    await page.locator("#m1 details.menu summary").click();
    await page.locator("#m1").getByRole("button", { name: "Take into the timeline" }).click();
    await page.locator("#m1").getByText("in the timeline").waitFor();
    await page.goto(`/incidents/${number}`);
    await page.locator(".timeline").getByText("The third host fails.").waitFor();
    await page.goto(`/incidents/${number}/room`);
    await page.locator("#m1 details.menu summary").click();
    await page.locator("#m1").getByLabel("Take back, because").fill("Wrong room.");
    await page.locator("#m1").getByRole("button", { name: "Take back" }).click();
    await page.locator("#m1.retracted", { hasText: "Wrong room." }).waitFor();
  },

  async "the same without JavaScript"(stage) {
    const number = await major(stage, "Tills stand still in the south");
    const page = await stage.page("manager", { javaScriptEnabled: false });
    await page.goto(`/incidents/${number}/room`);
    await say(page, "The second host fails.", false);
    await decided(page, "Nobody restarts till 4.");
    await reported(page, "Two of nine tills work.");
  },
};
