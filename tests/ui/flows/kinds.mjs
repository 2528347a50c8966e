// The other outcomes: an AI incident, neither, and a weakness.

import assert from "node:assert/strict";
import { act, assess, declare, pill } from "../lib/acts.mjs";

export default {
  async "an incident of an AI system has a third question and a lane of its own"(stage) {
    const page = await stage.page("manager");
    const number = await declare(page, { title: "Triage assistant ranks chest pain too low", impact: "significant", urgency: "high" });
    await assess(page, number, "ai", { finding: "yes", reason: "Three cases in one morning." });
    assert.match(await pill(page, "ai").innerText(), /: yes/);
    await page.locator("section.lane", { has: page.locator("#lane-ai") }).waitFor();
    await page.goto("/incidents?kind=ai&open=true");
    await page.locator("ul.queue").getByText("Triage assistant ranks chest pain too low").waitFor();
  },

  async "what is neither is rejected on a ground, and can be told apart from closed"(stage) {
    const page = await stage.page("manager");
    const number = await declare(page, { title: "Slow network was a planned backup", impact: "minor", urgency: "low" });
    await assess(page, number, "service", { finding: "no", reason: "Planned and announced." });
    await assess(page, number, "security", { finding: "no", reason: "Nothing left the house." });
    assert.match(await pill(page, "service").innerText(), /: no/);
    assert.match(await pill(page, "security").innerText(), /: no/);
    await act(page, "reject", { ground: "benign", reason: "True and harmless." });
    assert.match(await page.locator(".strip").innerText(), /Not an incident/i);
    const now = await (await stage.api("manager")).get(`/incidents/${number}`);
    assert.equal(now.is_open, false);
  },

  async "a weakness is reported, kept as one and never becomes an incident by itself"(stage) {
    const reporter = await stage.page("reporter");
    const title = "The door of the server room does not lock";
    await reporter.goto("/report");
    await reporter.locator("[name=sort][value=weakness]").check({ force: true });
    await reporter.locator("#what").fill(`${title}\n\nIt only looks locked.`);
    await reporter.locator("form[action='/report'] button.primary").click();
    await reporter.waitForURL(/\/report\/(mine|received)\//);

    const agent = await stage.page("agent");
    const api = await stage.api("agent");
    const { items } = await api.get("/events?standing=undecided&limit=200");
    const event = items.find((item) => item.title.includes("server room"));
    assert.equal(event.sort, "weakness");
    await agent.goto(`/events/${event.number}`);
    await agent.getByRole("heading", { level: 1, name: title }).waitFor();
    const form = agent.locator("form[action$='/decide']", { has: agent.locator("[name=outcome][value=weakness]") });
    await form.evaluate((element) => { element.closest("details").open = true; });
    await form.locator("[name=reason]").fill("Nothing happened yet; the lock goes to facilities.");
    await form.getByRole("button").click();
    const deadline = Date.now() + 10_000;
    for (;;) {
      const now = await api.get(`/events/${event.number}`);
      if (now.standing === "weakness") { assert.equal(now.incident, null); break; }
      assert.ok(Date.now() < deadline, `it stands as ${now.standing}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // Who reported it sees what became of it.
    await reporter.goto("/report/mine");
    await reporter.getByRole("link", { name: event.number }).click();
    assert.match(await reporter.locator("main").innerText(), /weakness/i);
  },
};
