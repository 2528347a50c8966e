// Holidays from a feed, as an administrator has them: looked at, one left out, the rest taken.

import assert from "node:assert/strict";
import { createServer } from "node:http";

const DAY = 86_400_000;

/** The next date of such a weekday (1 for Monday) at least so many days ahead. */
function ahead(days, weekday) {
  const date = new Date(Date.now() + days * DAY);
  while (date.getUTCDay() !== weekday) date.setTime(date.getTime() + DAY);
  return date.toISOString().slice(0, 10);
}

const [FOUNDERS, HARBOUR] = [ahead(3, 3), ahead(10, 4)];

function feed() {
  const event = (date, name) => ["BEGIN:VEVENT", `UID:${date}`, `DTSTART;VALUE=DATE:${date.replaceAll("-", "")}`, `SUMMARY:${name}`, "END:VEVENT"];
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", ...event(FOUNDERS, "Founders’ Day"), ...event(HARBOUR, "Harbour Day"), "BEGIN:VEVENT", "DTSTART:20260302T080000Z", "SUMMARY:A meeting", "END:VEVENT", "END:VCALENDAR", ""];
  return lines.join("\r\n");
}

export default {
  async "what a feed proposes is confirmed by a person, and nothing closes before"(stage) {
    const service = createServer((_, answer) => answer.setHeader("content-type", "text/calendar").end(feed()));
    await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
    try {
      const trust = await stage.founded("Holiday Trust", ["--notify-network", "127.0.0.0/8"]);
      const page = await stage.pageOf(trust, "admin");
      await page.goto("/settings/calendars/office");
      await page.getByLabel("Feed of holidays").fill(`http://127.0.0.1:${service.address().port}/days.ics`);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("saved.").waitFor();
      await page.getByRole("button", { name: "Look now" }).click();
      const proposed = page.getByRole("region", { name: "Holidays to confirm" });
      await proposed.getByText("Founders’ Day").waitFor();
      assert.match(await proposed.innerText(), /One entry is left out/);
      const preview = page.getByRole("region", { name: "The next days on which time counts" });
      assert.match(await preview.innerText(), new RegExp(FOUNDERS), "still open");
      if (process.env.BIFOLD_UI_PICTURE) await page.screenshot({ path: process.env.BIFOLD_UI_PICTURE, fullPage: true });
      await proposed.getByLabel(/Harbour Day/).uncheck();
      await proposed.getByRole("button", { name: "Take the ticked" }).click();
      await page.getByText("Taken into the calendar: 1").waitFor();
      assert.ok((await page.getByLabel("Dates of their own").inputValue()).includes(FOUNDERS));
      assert.ok(!(await preview.innerText()).includes(FOUNDERS), "closed");
      await proposed.getByLabel(/Harbour Day/).waitFor();
      await proposed.getByRole("button", { name: "Decline the ticked" }).click();
      await page.getByText("Nothing to confirm").waitFor();
    } finally {
      service.close();
    }
  },
};
