// A SEV-1 of both kinds at the gate: the engineer wants the host back, security wants its memory,
// the incident manager decides in a few presses, and the review looks back.

import assert from "node:assert/strict";
import { act, unfold } from "../lib/acts.mjs";
import { findings, overflow } from "../lib/axe.mjs";
import { LOOKS } from "../lib/browser.mjs";

/** A grave incident of the payments service, whose question of security is open. */
async function grave(stage, title) {
  const manager = await stage.api("manager");
  const { items } = await manager.get("/services");
  const service = items.find(({ key }) => key === "payments").id;
  const { number } = await manager.declare(title, { impact: "extensive", urgency: "critical", service });
  return number;
}

/** Presses and counts it. */
const counting = () => {
  let presses = 0;
  const press = async (locator) => { presses += 1; await locator.click(); };
  return { press, count: () => presses };
};

export default {
  async "an action that would destroy evidence waits, and is decided in four presses at most"(stage) {
    const number = await grave(stage, "Gate: the payments host must come back");
    const engineer = await stage.page("engineer");
    await engineer.goto(`/incidents/${number}`);
    const { press, count } = counting();
    await press(engineer.locator("summary", { hasText: "Restore…" }));
    const restore = engineer.locator("form[action$='/do/actions']");
    await restore.locator("[name=action]").selectOption("reboot");
    await press(restore.getByLabel("pay-03"));
    await press(restore.getByRole("button", { name: "Restore…" }));
    const card = engineer.locator(".gate-card");
    await card.getByText("Restart the machine: pay-03").waitFor();
    assert.equal(count(), 3);
    const lost = await card.locator(".volatile > li strong").allInnerTexts();
    assert.ok(lost.indexOf("Network connections and tables") < lost.indexOf("Memory"), lost.join());
    assert.ok(lost.indexOf("Memory") < lost.indexOf("Disk"), lost.join());
    assert.match(await card.innerText(), /312 people without it/);
    assert.equal(await engineer.locator("form[action$='/perform']").count(), 0, "nothing to press past the gate");
    assert.equal(await card.getByText("Go now", { exact: true }).count(), 0, "an engineer has no authority to give evidence up");

    const officer = await stage.page("officer");
    await officer.goto(`/incidents/${number}`);
    await act(officer, `/advise`, { side: "security", course: "fast_capture", reason: "Gate: memory before anything." });
    await engineer.reload();
    assert.ok(!(await engineer.content()).includes("memory before anything"), "the advice of security is for its lane");

    const manager = await stage.page("manager");
    await manager.goto(`/incidents/${number}`);
    await manager.locator(".gate-card").getByText("memory before anything").waitFor();
    const decision = counting();
    await decision.press(manager.locator(".gate-card summary", { hasText: "Go now" }));
    await manager.getByLabel("Why can it not wait?").fill("The ward waits for results.");
    await decision.press(manager.locator("form[action$='/go-now'] button"));
    await manager.getByText("Evidence given up with authority").first().waitFor();
    assert.ok(decision.count() <= 4, `${decision.count()} presses`);
    assert.match(await manager.locator(".card.lane-service").innerText(), /Lost: .*Memory/);

    await engineer.goto(`/incidents/${number}`);
    await act(engineer, "/perform");
    await engineer.locator("li.task.done", { hasText: "Restart the machine" }).waitFor();
    await officer.goto(`/incidents/${number}`);
    await act(officer, "/review", { "was_right!": "false", text: "Ten minutes were there." });
    const { conflict } = await (await stage.api("officer")).get(`/incidents/${number}`);
    assert.deepEqual([conflict.waivers, conflict.unreviewed], [1, 0]);
  },

  async "evidence goes first, is said to be saved, and the action is let through"(stage) {
    const number = await grave(stage, "Gate: save it first");
    const engineer = await stage.page("engineer");
    await engineer.goto(`/incidents/${number}`);
    await act(engineer, "/do/actions", { action: "re-image", "assets[]": [] });
    const first = engineer.locator("form[action$='/capture-first']");
    assert.equal(await first.locator("[name='items[]']").count(), 0, "who waits for the service does not choose what is saved");
    const manager = await stage.page("manager");
    await manager.goto(`/incidents/${number}`);
    const saver = manager.locator("form[action$='/capture-first'] [name=assignee]");
    const me = await saver.locator("option", { hasText: "Ada" }).getAttribute("value");
    await act(manager, "/capture-first", { assignee: me, "items[]": ["memory"], "minutes#": "10" });
    await engineer.reload();
    await engineer.locator(".gate-card .tag", { hasText: "evidence is being saved" }).waitFor();
    await act(engineer, "/captured", { whereabouts: "Locker 4, SHA-256 on the form.", "items[]": ["memory", "connections"] });
    await engineer.getByText("Evidence is saved").first().waitFor();
    assert.match(await engineer.locator("main").innerText(), /Saved: .*Memory/);
  },

  async "the gate is accessible in every look, and without modules"(stage) {
    const number = await grave(stage, "Gate: seen in every look");
    const engineer = await stage.page("engineer", { javaScriptEnabled: false });
    await engineer.goto(`/incidents/${number}`);
    await engineer.locator("summary", { hasText: "Restore…" }).click();
    await engineer.locator("form[action$='/do/actions'] [name=action]").selectOption("delete");
    await engineer.locator("form[action$='/do/actions'] button").click();
    await engineer.locator(".gate-card").waitFor();
    for (const [look, options] of Object.entries(LOOKS)) {
      const page = await stage.page("manager", options);
      await page.goto(`/incidents/${number}`);
      await unfold(page.locator(".gate-card form[action$='/go-now']"));
      assert.deepEqual((await findings(page)).map(({ rule, node }) => `${look} ${rule} ${node}`), []);
      assert.equal(await overflow(page), "", look);
    }
  },
};
