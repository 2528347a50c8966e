// A both-kind incident: declared, both questions answered, worked on in two lanes, resolved,
// held back by the open evidence, and closed.

import assert from "node:assert/strict";
import { act, assess, declare, pill, shown, unfold } from "../lib/acts.mjs";

export default {
  async "one record answers both questions and is closed only when both lanes are done"(stage) {
    const page = await stage.page("manager");
    const number = await declare(page, {
      title: "Portal of the wards: logins fail from two networks",
      description: "Since *08:40* nobody can sign in.", impact: "extensive", urgency: "high", category: "access",
    });
    assert.match(await pill(page, "service").innerText(), /undetermined/);
    assert.match(await pill(page, "security").innerText(), /undetermined/);
    assert.match(await shown(page), /Nobody has decided yet whether information is hurt/);

    // The proposal follows the answers; the person decides.
    await page.goto(`/incidents/${number}/assess/service`);
    await page.locator("[name='answers.interrupted'][value=yes]").check();
    await page.getByText("The answers propose: yes").waitFor();
    await assess(page, number, "service", { answers: { interrupted: "yes" }, finding: "yes", reason: "Nobody can sign in." });
    assert.match(await pill(page, "service").innerText(), /: yes/);
    await assess(page, number, "security", { answers: { malicious: "yes" }, finding: "yes", reason: "Stolen passwords are being tried." });
    assert.match(await pill(page, "security").innerText(), /: yes/);

    await act(page, "take");
    await act(page, "start");
    await act(page, "workaround", { text: "Sign in at the desk of the ward." });
    await act(page, "tasks", { title: "Block both networks" });
    await act(page, "notes", { text: "Kept the logs **before** the restart." });
    const timeline = page.locator("ol.timeline");
    await timeline.getByText("Kept the logs before the restart.").waitFor();
    assert.equal(await timeline.locator("strong", { hasText: /^before$/ }).count(), 1, "Markdown is shown as such");
    await act(page, "resolve", { code: "configured", cause: "attack", text: "Blocked both networks and restarted the portal." });
    assert.match(await page.locator(".strip").innerText(), /Resolved/i);

    // Evidence was planned when the answer became yes: the closing says what is missing, and the
    // reason that was written stays in the form.
    const close = page.locator("form[action$='/do/close']");
    await unfold(close);
    await close.locator("[name=without_confirmation]").fill("Nobody answers at the ward.");
    await close.locator("button.primary").click();
    await close.getByText("Evidence is not complete").waitFor();
    assert.equal(await close.locator("[name=without_confirmation]").inputValue(), "Nobody answers at the ward.");

    for (const to of ["collecting", "complete"]) {
      await act(page, "track", { to }, { having: "#track-evidence" });
      await page.locator("dl.facts dd", { hasText: to === "complete" ? "complete" : "being collected" }).first().waitFor();
    }
    await finishEverything(page);
    await act(page, "close", { without_confirmation: "Nobody answers at the ward." });
    assert.match(await page.locator(".strip").innerText(), /Closed/i);

    // What happened stands in the ledger, in the order in which it happened.
    const api = await stage.api("auditor");
    const { items } = await api.get(`/incidents/${number}/timeline?limit=200`);
    const kinds = items.map((item) => item.kind);
    for (const kind of ["declared", "verdict_given", "resolved", "closed"]) {
      assert.ok(kinds.includes(`incident.${kind}`), `${kind} in ${kinds.join(" ")}`);
    }
  },
};

/** Ends mandatory tasks, and moves what else the closing waits for. */
async function finishEverything(page) {
  for (;;) {
    const task = page.locator("form[action$='/finish']").first();
    if (await task.count() === 0) return;
    await unfold(task);
    await task.locator("[name=outcome]").fill("Done and looked at again.");
    const before = await page.locator("form[action$='/finish']").count();
    await task.getByRole("button").click();
    await page.waitForFunction((n) => document.querySelectorAll("form[action$='/finish']").length < n, before);
  }
}
