// A security incident restricted to those who must know: to anybody else it does not exist, on any
// page, in any count, suggestion, address or stream.

import assert from "node:assert/strict";
import { act, declare, saysNothingOf } from "../lib/acts.mjs";

const WORDS = ["Kumquatleak", "xylophonic"];

export default {
  async "a non-member sees nothing of it anywhere"(stage) {
    const officer = await stage.page("officer");
    const api = await stage.api("officer");
    const number = await declare(officer, {
      title: `${WORDS[0]}: somebody sells our records`, description: `The seller calls it ${WORDS[1]}.`,
      impact: "significant", urgency: "high",
    });
    await api.assess(number, "security", "yes", `${WORDS[1]} was offered for sale.`);
    const { teams } = await api.get("/me");
    await officer.goto(`/incidents/${number}`);
    await act(officer, "restrict", { "teams[]": [teams[0].id], reason: `Only those who deal with ${WORDS[0]}.` });
    const { id } = await api.get(`/incidents/${number}`);

    // Members see it.
    await officer.goto("/incidents?open=true&order=newest");
    await officer.locator("ul.queue").getByText(WORDS[0]).first().waitFor();
    await officer.goto(`/incidents/${number}/readers`);
    assert.match(await officer.locator("main").innerText(), /Lukas Stein/);

    for (const role of ["agent", "manager", "engineer", "auditor", "admin", "reporter"]) {
      const { readers } = await api.get(`/incidents/${number}/access`);
      const email = stage.demo.people[role];
      const me = await (await stage.api(role)).get("/me");
      assert.ok(!readers.some((reader) => reader.person.id === me.person.id), `${email} is no reader`);

      const page = await stage.page(role);
      const heard = [];
      page.on("response", (answer) => {
        if (answer.url().includes("/assets/")) return;
        heard.push(answer.text().catch(() => "").then((text) => [answer.url(), text]));
      });
      const places = [
        "/", "/incidents", "/incidents?open=true&order=newest", "/triage", "/search?q=Kumquatleak", "/search?q=xylophonic",
        "/search?q=Kumq", "/palette?q=Kumquat&here=/", "/incidents?restricted=true", "/more",
      ];
      for (const place of places) {
        const answer = await page.goto(place);
        if (answer.status() === 403) continue;
        const bare = (await page.content()).replaceAll(/(q=|value=")(Kumquatleak|xylophonic|Kumquat|Kumq)/g, "");
        for (const word of WORDS) assert.ok(!bare.includes(word), `${role}: ${place} says ${word}`);
        assert.ok(!bare.includes(number) && !bare.includes(id), `${role}: ${place} names it`);
      }
      // Asked for by number it is as absent as a number nobody has used.
      const real = await page.goto(`/incidents/${number}`);
      assert.equal(real.status(), 404, `${role} at the page`);
      await saysNothingOf(page, WORDS);
      const said = (await page.locator("main").innerText()).replaceAll(/[0-9a-f-]{20,}/g, "");
      await page.goto("/incidents/INC-2026-9999");
      assert.equal((await page.locator("main").innerText()).replaceAll(/[0-9a-f-]{20,}/g, ""), said, "the same words as for a number nobody has");
      for (const path of ["readers", "assess/security", "preview"]) {
        assert.equal((await page.goto(`/incidents/${number}/${path}`)).status(), 404, `${role} at ${path}`);
      }
      for (const [url, text] of await Promise.all(heard)) {
        const own = text.replaceAll(/(q=|value=")(Kumquatleak|xylophonic|Kumquat|Kumq)/g, "");
        for (const word of WORDS) assert.ok(!own.includes(word), `${role}: ${url} carries ${word}`);
      }
      await page.context().close();
    }
  },

  async "its changes do not reach the stream of a non-member"(stage) {
    const api = await stage.api("officer");
    const { teams } = await api.get("/me");
    const { number, id } = await api.declare("Quincewhisper: watch the stream");
    await api.post(`/incidents/${number}/restrict`, { teams: [teams[0].id], people: [], reason: "Quiet." });
    const listening = async (role) => {
      const page = await stage.page(role);
      await page.goto("/incidents");
      return page.evaluate((about) => {
        window.lines = [];
        const source = new EventSource(`/live?topic=incidents&id=${about}`);
        for (const kind of ["message", "changed"]) {
          source.addEventListener(kind, (event) => window.lines.push(`${kind} ${event.data}`));
        }
        return new Promise((resolve) => source.addEventListener("open", resolve));
      }, id).then(() => page);
    };
    const [stranger, member] = [await listening("engineer"), await listening("officer")];
    await api.post(`/incidents/${number}/notes`, { text: "Quincewhisper again." });
    // Who may know hears of it, so what the other one does not hear was not merely late.
    await member.waitForFunction((about) => window.lines.some((line) => line.includes(about)), id);
    await stranger.waitForTimeout(2_000);
    for (const line of await stranger.evaluate(() => window.lines)) {
      assert.ok(!line.includes(id) && !line.includes("Quincewhisper") && !line.includes(number), line);
    }
    for (const line of await member.evaluate(() => window.lines)) assert.ok(!line.includes("Quincewhisper"), "it carries names, never content");
  },
};
