// Users are told: words wait for a second person, stand on the page then, and whoever reports
// reads them first. The page itself has no scripts and is accessible.

import assert from "node:assert/strict";
import { findings } from "../lib/axe.mjs";

/** An incident of the portal that is felt now. */
async function felt(stage, title) {
  const desk = await stage.api("agent");
  const { items } = await (await stage.api("admin")).get("/services");
  const service = items.find((one) => one.key === "portal")?.id;
  return (await desk.declare(title, { service })).number;
}

async function said(page, number, words) {
  await page.goto(`/incidents/${number}/announce`);
  const card = page.locator("section.card", { has: page.getByRole("heading", { name: "Harbour Hospital", exact: true }) });
  const form = card.locator("form[action$='/do/announce']");
  if (!(await form.isVisible())) await card.locator("summary", { hasText: "Say the first word" }).click();
  await form.getByLabel("Headline").fill("Appointments cannot be booked");
  await form.getByLabel("What to say").fill(words);
  await form.getByLabel("Patient portal").selectOption({ label: "fails in part" });
  return { card, form };
}

async function story(stage, options, title) {
  const number = await felt(stage, title);
  const desk = await stage.page("agent", options);
  const { form } = await said(desk, number, "Booking fails for some of you. Please call us.");
  await form.getByRole("button", { name: "Say it" }).click();
  await desk.getByText("Waits for a second person.").waitFor();
  await desk.getByText("These are your words: somebody else has to agree.").waitFor();
  const lead = await stage.page("manager", options);
  await lead.goto(`/incidents/${number}/announce`);
  await lead.getByRole("button", { name: "Agree and say it" }).click();
  await lead.getByText("Said.", { exact: true }).waitFor();
  const anybody = await stage.visitor(options);
  await anybody.goto("/status/patients/");
  await anybody.getByText("Booking fails for some of you. Please call us.").first().waitFor();
  assert.equal(await anybody.getByText(title).count(), 0, "the title of the record stays inside");
  return { number, anybody, lead };
}

export default {
  async "words wait for a second person and stand on the page then"(stage) {
    const { anybody } = await story(stage, {}, "Portal: booking fails in the east");
    assert.deepEqual(await findings(anybody), []);
    await anybody.goto("/report");
    const known = anybody.locator(".known", { hasText: "Appointments cannot be booked" }).first();
    await known.getByRole("button", { name: "This concerns me too" }).click();
    await anybody.locator(".receipt").first().waitFor();
  },
  async "the same without JavaScript"(stage) {
    await story(stage, { javaScriptEnabled: false }, "Portal: booking fails in the west");
  },
  async "the guard names what may not be said, and a reason lets it through"(stage) {
    const number = await felt(stage, "Portal: booking fails in the north");
    const lead = await stage.page("manager");
    const { form } = await said(lead, number, "We moved 10.1.2.3 away.");
    await form.getByRole("button", { name: "Say it" }).click();
    await lead.getByText("10.1.2.3").nth(0).waitFor();
    await lead.getByText(/would tell everybody/).waitFor();
    await form.getByText("Nevertheless, and alone").click();
    await form.getByLabel("Why words may be said that the guard found").fill("It is our public address.");
    await form.getByRole("button", { name: "Say it" }).click();
    await lead.getByText("Waits for a second person.").waitFor();
  },
};
