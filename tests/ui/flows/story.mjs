// One SEV-1 of both kinds from the alarm to the bundle a court gets: the payments host is slow and
// talks to strangers. Everybody does their part in a browser; the verifier needs no server.
//
// BIFOLD_PICTURES=DIR keeps what people saw on the way.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { act, assess, fill, pill, through } from "../lib/acts.mjs";
import { DESK } from "../lib/browser.mjs";
import { picture } from "../lib/picture.mjs";
import { binary } from "../lib/server.mjs";

const LOOK = { ...DESK, colorScheme: "light" };

/** Keeps what somebody sees, around an element. */
async function seen(page, name, around) {
  const out = process.env.BIFOLD_PICTURES;
  if (!out) return;
  await page.mouse.move(0, 0);
  if (around) {
    await around.evaluate((element) => {
      element.scrollIntoView();
      window.scrollBy(0, -90);
    });
  } else await page.evaluate(() => window.scrollTo(0, 0));
  writeFileSync(join(out, `story-${name}.webp`), await picture(page));
}

/** The alarm of a machine becomes an incident of the payments service: its number. */
async function alarmed(stage, desk) {
  const api = await stage.api("agent");
  const { items } = await api.get("/services");
  const service = items.find(({ key }) => key === "payments").id;
  const alarm = await api.receive("pay-03: latency above 4 s, 211 sessions to an address nobody knows", {
    sort: "fault", channel: "alert", service, description: "p99 4.1 s for five minutes. New outgoing sessions: 203.0.113.7.",
    signal: { source: "alertmanager", external_id: randomBytes(8).toString("hex") },
  });
  await desk.goto(`/events/${alarm.number}`);
  await desk.locator("summary", { hasText: "It is an incident" }).click();
  const form = desk.locator(`form[action="/triage/${alarm.number}/decide"]`).first();
  await fill(form, { "declare.impact": "extensive", "declare.urgency": "critical", "declare.service": service });
  await seen(desk, "1-alarm");
  await through(desk, () => form.locator("button.primary").click());
  const event = await api.get(`/events/${alarm.number}`);
  const { number } = await api.get(`/incidents/${event.incident}`);
  return number;
}

/** The value of the choice of a person, by their first name. */
const somebody = (scope, name) => scope.locator("option", { hasText: name }).first().getAttribute("value");

export default {
  async "a SEV-1 of both kinds goes from the alarm to a bundle that verifies"(stage) {
    const desk = await stage.page("agent", LOOK);
    const number = await alarmed(stage, desk);

    // Two questions, answered apart by who may answer them.
    await assess(desk, number, "service", { answers: { interrupted: "yes" }, finding: "yes", reason: "Nobody can pay." });
    const officer = await stage.page("officer", LOOK);
    await officer.goto(`/incidents/${number}`);
    assert.match(await pill(officer, "security").innerText(), /undetermined/);

    // Who restores wants the host back now.
    const engineer = await stage.page("engineer", LOOK);
    await engineer.goto(`/incidents/${number}`);
    await engineer.locator("summary", { hasText: "Restore…" }).click();
    const restore = engineer.locator("form[action$='/do/actions']");
    await restore.locator("[name=action]").selectOption("reboot");
    await restore.getByLabel("pay-03").check();
    await restore.getByRole("button", { name: "Restore…" }).click();
    const held = engineer.locator(".gate-card");
    await held.getByText("Restart the machine: pay-03").waitFor();

    // Who protects information wants its memory first.
    await officer.goto(`/incidents/${number}`);
    await act(officer, "/advise", { side: "security", course: "fast_capture", reason: "The sessions live in memory only." });

    // Who answers for both decides, in seconds.
    const manager = await stage.page("manager", LOOK);
    await manager.goto(`/incidents/${number}`);
    const card = manager.locator(".gate-card");
    await card.getByText("live in memory only").waitFor();
    await seen(manager, "2-gate", card);
    let presses = 0;
    const press = async (locator) => { presses += 1; await locator.click(); };
    await press(card.locator("summary", { hasText: "Capture first" }));
    const first = card.locator("form[action$='/capture-first']");
    await first.locator("[name=assignee]").selectOption(await somebody(first.locator("[name=assignee]"), "Ada"));
    await press(first.locator("[value=memory]"));
    await first.locator("[name='minutes#']").fill("10");
    await press(first.locator("button.primary"));
    await card.locator(".tag", { hasText: "evidence is being saved" }).waitFor();
    assert.ok(presses <= 4, `${presses} presses`);
    await assess(officer, number, "security", { answers: { malicious: "yes" }, finding: "yes", reason: "An implant talks to 203.0.113.7." });

    // It is saved as an exhibit, and the gate is told which.
    await officer.goto(`/incidents/${number}`);
    const register = officer.locator(`form[action="/incidents/${number}/evidence"]`);
    const ada = await somebody(register.locator("[name=assignee]"), "Ada");
    await act(officer, `/incidents/${number}/evidence`, { title: "Memory of pay-03", sort: "memory_image", assignee: ada });
    const exhibit = officer.url().match(/EVD-\d+-\d+/)[0];
    await engineer.goto(`/evidence/${exhibit}`);
    await act(engineer, "/do/collect", {
      method: "Dumped over the management network, without touching its disk.", authority: "Standing order of the payments service.",
      tool: "avml", version: "0.14", command: "avml --compress pay-03.lime",
    });
    const bytes = randomBytes(3 * 1024 * 1024);
    const file = join(mkdtempSync(join(tmpdir(), "story-")), "pay-03.lime");
    writeFileSync(file, bytes);
    await engineer.locator("#x-file").setInputFiles(file);
    await engineer.locator("b-upload button").click();
    await engineer.locator(".custody", { hasText: "Sealed" }).waitFor();
    await engineer.goto(`/incidents/${number}`);
    const sealed = await engineer.locator("form[action$='/captured'] [name='evidence[]']").first().getAttribute("value");
    await act(engineer, "/captured", { whereabouts: "The exhibit.", "items[]": ["memory"], "evidence[]": [sealed] });
    await act(engineer, "/perform");
    await engineer.locator("li.task.done", { hasText: "Restart the machine" }).waitFor();
    await act(engineer, "start");
    await act(engineer, "resolve", { code: "configured", cause: "attack", text: "Restarted from a clean image; the address is blocked." });
    await officer.goto(`/incidents/${number}`);
    await officer.locator("li.task.done", { hasText: "Restart the machine" }).waitFor();
    await seen(officer, "3-decided");

    // Out of the house only by two who did not ask.
    await engineer.goto(`/evidence/${exhibit}`);
    await act(engineer, "/do/offer", { to: await somebody(engineer.locator("form[action$='/do/offer'] [name=to]"), "Lukas"), reason: "For safe keeping." });
    await officer.goto(`/evidence/${exhibit}`);
    await act(officer, "/do/accept");
    await act(officer, "/do/request-release", { recipient: "State police", purpose: "Investigation.", legal_basis: "Their order of today." });
    const release = (await officer.locator("form[action*='/requests/']").first().getAttribute("action")).match(/req_\w+/)[0];
    await manager.goto(`/evidence/${exhibit}`);
    await act(manager, "/approve");
    const custodian = await stage.page("custodian", LOOK);
    await custodian.goto(`/evidence/${exhibit}`);
    await act(custodian, `/requests/${release}/approve`);
    await seen(custodian, "4-custody");
    await act(custodian, "/carry-out");
    const download = custodian.waitForEvent("download");
    await custodian.getByRole("button", { name: "Bundle with its bytes" }).click();
    const bag = join(dirname(file), "bundle.tar");
    await (await download).saveAs(bag);
    const said = execFileSync(join(dirname(binary()), "bifold-verify"), [bag], { encoding: "utf8" });
    assert.match(said, /1 with their bytes, 0 withheld/);
    assert.match(said, /VERIFIED/);

    // What is in it is what was saved, and who decided stands in it.
    const unpacked = dirname(bag);
    execFileSync("tar", ["-xf", bag, "-C", unpacked]);
    const hash = createHash("sha256").update(bytes).digest("hex");
    const inside = (path) => execFileSync("find", [unpacked, "-path", path], { encoding: "utf8" }).trim();
    assert.ok(inside(`*/data/evidence/${exhibit}/${hash}`));
    const timeline = execFileSync("cat", [inside("*/data/timeline.csv")], { encoding: "utf8" });
    for (const kind of ["declared", "verdict given", "action", "exported"]) assert.ok(timeline.includes(kind), kind);
  },
};
