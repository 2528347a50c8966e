// The first minutes of an organisation: a checklist that leads somewhere and goes when it is done.

import assert from "node:assert/strict";
import { client } from "../lib/api.mjs";

export default {
  async "the first-run checklist counts what is done, and vanishes"(stage) {
    const trust = await stage.founded("First Trust");
    const page = await stage.pageOf(trust, "admin");
    await page.goto("/");
    const list = page.locator("section", { has: page.locator("#start") });
    await list.waitFor();
    const steps = await list.locator(".checklist > li").count();
    assert.ok(steps >= 4, `${steps} steps`);
    for (const link of await list.locator(".checklist a").all()) {
      const answer = await page.context().request.get(await link.getAttribute("href"));
      assert.ok(answer.ok(), `${await link.getAttribute("href")}: ${answer.status()}`);
    }
    assert.match(await list.innerText(), new RegExp(`0/${steps}`));

    const admin = await client(trust, "admin");
    await admin.post("/services", { key: "portal", name: "Portal", criticality: "vital" });
    await admin.person("Bo Second", ["agent"]);
    await page.reload();
    assert.match(await list.innerText(), /[2-9]\/\d/);

    // The example is a line that works: a signal from the command line.
    const example = await list.locator("pre code").textContent();
    assert.match(example, /curl/);
    await admin.receive("A first test report");
    const { token } = await admin.post("/tokens", { name: "monitoring" });
    assert.match(token, /^bfd_/);
    await page.reload();
    assert.match(await list.innerText(), /[4-9]\/\d/);
  },

  async "empty places say what they are for and what to do next"(stage) {
    const trust = await stage.founded("Quiet Trust");
    const page = await stage.pageOf(trust, "admin");
    for (const place of ["/incidents", "/triage", "/search?q=nothing"]) {
      await page.goto(place);
      const empty = page.locator(".empty");
      await empty.waitFor();
      assert.ok((await empty.innerText()).length > 30, place);
    }
    await page.goto("/incidents");
    await page.locator(".empty").getByRole("link", { name: "Declare" }).click();
    await page.waitForURL("**/declare");
  },
};
