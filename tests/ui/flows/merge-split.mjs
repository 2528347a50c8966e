// Merging with its undo, and splitting.

import assert from "node:assert/strict";
import { act, fill, through, unfold } from "../lib/acts.mjs";

export default {
  async "two become one, are two again after undo, and a part is split off"(stage) {
    const api = await stage.api("manager");
    const { number: stays } = await api.declare("Merge: the whole printer fleet stands still");
    const { number: goes } = await api.declare("Merge: the printer on ward 3 stands still");
    const page = await stage.page("manager");
    await page.goto(`/incidents/${goes}`);
    const form = page.locator("form[action$='/join']");
    await unfold(form);
    await fill(form, { into: stays, reason: "The same cause." });
    await form.getByRole("button").click();
    await page.waitForURL(new RegExp(`/incidents/${stays}$`));
    assert.equal((await api.get(`/incidents/${goes}`)).stage.into ?? "", (await api.get(`/incidents/${stays}`)).id);

    // The sealed one says so and leads to the survivor.
    const other = await stage.page("agent");
    await other.goto(`/incidents/${goes}`);
    await other.getByText("This incident was merged into another and is sealed.").waitFor();
    await other.getByRole("link", { name: "Open that one" }).click();
    await other.getByRole("heading", { level: 1, name: new RegExp(stays) }).waitFor();

    await through(page, () => page.locator("b-flash").getByRole("button", { name: "Undo" }).click());
    const again = await api.get(`/incidents/${goes}`);
    assert.equal(again.is_open, true, "undone");

    await page.goto(`/incidents/${stays}`);
    await act(page, "/split", { title: "Split: only the label printers", description: "They fail for a reason of their own." });
    await page.waitForURL((url) => /\/incidents\/INC-/.test(url.pathname) && !url.pathname.includes(stays));
    const number = page.url().match(/INC-\d+-\d+/)[0];
    await page.getByRole("heading", { level: 1, name: /only the label printers/ }).waitFor();
    const { items } = await api.get(`/incidents/${number}/relatives`);
    assert.ok(items.some((item) => item.number === stays), "it keeps a link to where it came from");
    await page.locator("aside").getByRole("link", { name: new RegExp(stays) }).first().waitFor();
  },
};
