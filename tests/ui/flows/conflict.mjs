// Two people at one incident: the slower one sees both versions and sends on top.

import assert from "node:assert/strict";
import { act, through, unfold } from "../lib/acts.mjs";

export default {
  async "a stale form shows what happened meanwhile and goes on top"(stage) {
    const api = await stage.api("manager");
    const { number } = await api.declare("Conflict: two people write at once");
    const slow = await stage.page("manager");
    const quick = await stage.page("agent");
    await slow.goto(`/incidents/${number}`);
    await quick.goto(`/incidents/${number}`);
    await act(quick, "workaround", { text: "Quick: use the other printer." });

    const form = slow.locator("form[action$='/do/workaround']");
    await unfold(form);
    await form.locator("textarea").fill("Slow: print at the desk.");
    await through(slow, () => form.getByRole("button").click());
    await slow.getByRole("heading", { name: "Somebody was quicker" }).waitFor();
    const main = slow.locator("main");
    assert.match(await main.innerText(), /Quick: use the other printer\./, "theirs");
    assert.equal(await main.locator("textarea[name=text]").inputValue(), "Slow: print at the desk.", "ours");
    assert.match(await main.innerText(), /Noah Brandt/, "who it was");
    await slow.getByRole("button", { name: "Do it on top" }).click();
    await slow.waitForURL(new RegExp(`/incidents/${number}$`));
    await slow.locator("dd", { hasText: "Slow: print at the desk." }).waitFor();
    const now = await api.get(`/incidents/${number}`);
    assert.equal(now.workaround, "Slow: print at the desk.");
  },

  async "the same without modules"(stage) {
    const api = await stage.api("manager");
    const { number } = await api.declare("Conflict: without modules");
    const slow = await stage.page("manager", { javaScriptEnabled: false });
    await slow.goto(`/incidents/${number}`);
    await api.post(`/incidents/${number}/workaround`, { text: "Quick: wait." });
    await slow.locator("details:has(> form[action$='/do/workaround']) > summary").click();
    await slow.locator("form[action$='/do/workaround'] textarea").fill("Slow: do not wait.");
    await slow.locator("form[action$='/do/workaround'] button").click();
    await slow.getByRole("heading", { name: "Somebody was quicker" }).waitFor();
    assert.match(await slow.locator("main").innerText(), /Quick: wait\./);
    await slow.getByRole("button", { name: "Do it on top" }).click();
    await slow.waitForURL(new RegExp(`/incidents/${number}$`));
    assert.equal((await api.get(`/incidents/${number}`)).workaround, "Slow: do not wait.");
  },
};
