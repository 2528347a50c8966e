// Hostile texts through every text field of the API and of the public form; then every page that
// shows them is looked at. Nothing runs, nothing asks, no element has a handler, and nothing of
// them leads elsewhere.

import assert from "node:assert/strict";
import { client } from "../lib/api.mjs";
import { PAYLOADS } from "../lib/payloads.mjs";

export const within = 420_000;

/** What a page must not contain, whatever people wrote. */
const strange = (page) => page.evaluate(() => {
  const found = [];
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) found.push(`<${element.localName} ${name}>`);
      if (/^(href|src|action|formaction|xlink:href|data|srcdoc)$/.test(name) && /^\s*(javascript|data:text|vbscript)/i.test(value)) {
        found.push(`<${element.localName} ${name}=${value.slice(0, 60)}>`);
      }
      if (/^hx-/.test(name)) found.push(`<${element.localName} ${name}>`);
    }
  }
  const scripts = [...document.querySelectorAll("script")].filter((script) => !/^\/assets\//.test(script.getAttribute("src") ?? ""));
  found.push(...scripts.map((script) => `script: ${script.outerHTML.slice(0, 80)}`));
  const written = "iframe, object, embed, base, meta[http-equiv], marquee, video, audio, math, x-y, main style, main link, .prose form, .prose input, .prose button, .prose b-live, .prose b-copy, .prose [data-key]";
  found.push(...[...document.querySelectorAll(written)].map((element) => element.outerHTML.slice(0, 80)));
  if (window.pwned) found.push("pwned");
  return found;
});

/** Sends what the rules may refuse; a refusal is fine, a failure is not. */
async function tried(api, path, body) {
  const answer = await api.send("POST", path, body);
  assert.ok(answer.status < 500, `POST ${path}: ${answer.status}`);
  return answer.status < 300 ? answer.json : null;
}

async function incident(api, text, others) {
  const title = text.replaceAll("\n", " ").slice(0, 190);
  const made = await tried(api, "/incidents", { title, description: text, impact: "moderate", urgency: "medium" });
  if (!made) return null;
  const at = `/incidents/${made.number}`;
  for (const [path, body] of [
    ["/assess", { kind: "service", finding: "yes", reason: text, answers: {} }],
    ["/assess", { kind: "security", finding: "yes", reason: text, answers: {} }],
    ["/notes", { text }],
    ["/notes", { text, audience: "outward" }],
    ["/workaround", { text }],
    ["/fix", { text }],
    ["/tasks", { lane: "service", title }],
    ["/tasks", { lane: "security", title }],
    ["/hold", { on: "user", reason: text }],
    ["/amend", { title, description: `${text}\n\nagain`, reason: text }],
    ["/prioritise", { impact: "significant", urgency: "high", reason: text }],
    ["/major/propose", { criteria: ["many_users"], reason: text }],
    ["/classify", { category: others.category, service: others.service }],
    ["/role", { role: "scribe", to: others.person, handover: text }],
    ["/track", { track: "evidence", to: "waived", reason: text }],
    ["/snooze", { until: "2099-01-01T00:00:00Z", reason: text }],
  ]) await tried(api, at + path, body);
  const { items } = { items: (await api.get(at)).lanes.flatMap((lane) => lane.tasks) };
  for (const task of items.slice(0, 1)) await tried(api, `${at}/tasks/${task.id}/finish`, { outcome: text });
  return made.number;
}

export default {
  async "hostile texts stay texts on every page"(stage) {
    assert.ok(PAYLOADS.length >= 40);
    const trust = await stage.founded("<img src=x onerror=window.pwned=1> Trust");
    const admin = await client(trust, "admin");
    const short = (text) => text.replaceAll(/[\n\u0000\u2028]/g, " ").slice(0, 90);
    // Names of the directory and of the policy.
    const names = PAYLOADS.filter((_, n) => n % 6 === 0).map(short);
    const others = {};
    for (const [n, name] of names.entries()) {
      const service = await tried(admin, "/services", { key: `s${n}`, name, criticality: "standard", description: name });
      others.service ??= service?.id;
      await tried(admin, "/teams", { name, members: [] });
      const person = await tried(admin, "/people", { name, email: `p${n}@example.org`, roles: ["resolver"] });
      others.person ??= person?.id;
      await tried(admin, "/tokens", { name });
    }
    others.category = names[0];
    for (const set of ["categories", "resolution_codes", "cause_codes"]) await tried(admin, "/policy", { set, value: names });

    // Every payload in every field of an incident and of an event. A few of the incidents carry
    // several, so that one page shows what another text opened.
    const numbers = [];
    for (let n = 0; n < PAYLOADS.length; n += 4) {
      const number = await incident(admin, PAYLOADS.slice(n, n + 4).join("\n\n"), others);
      if (number) numbers.push(number);
    }
    const events = [];
    for (const text of PAYLOADS) {
      const event = await tried(admin, "/events", { title: short(text), description: text, contact: short(text), sort: "suspicion", signal: { source: short(text), external_id: short(text) } });
      if (event) events.push(event.number);
    }
    assert.ok(numbers.length >= 10 && events.length >= 40, `${numbers.length} incidents, ${events.length} events`);
    await tried(admin, `/events/${events[0]}/decision`, { outcome: "not_an_incident", ground: "benign", reason: PAYLOADS.slice(0, 12).join("\n") });
    await tried(admin, `/incidents/${numbers[1]}/snooze`, { until: "2099-01-01T00:00:00Z", reason: PAYLOADS.slice(0, 12).join("\n") });

    // The public form, and the receipt that shows it again.
    const guest = await stage.visitor({}, trust);
    const receipts = [];
    for (const part of [PAYLOADS.slice(0, 20), PAYLOADS.slice(20, 40), PAYLOADS.slice(40)]) {
      await guest.goto("/report");
      await guest.locator("#what").fill(part.join("\n"));
      await guest.locator("#where").fill(short(part[0]));
      await guest.locator("#contact").fill(short(part[1]));
      await guest.locator("form[action='/report'] button.primary").click();
      await guest.waitForURL(/\/report\/received\//);
      receipts.push(guest.url());
    }

    const found = [];
    const look = async (page, place) => {
      await page.goto(place);
      await page.evaluate(() => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
      found.push(...(await strange(page)).map((line) => `${place}: ${line}`));
    };
    for (const receipt of receipts) await look(guest, receipt);
    await look(guest, `/sign-in?next=${encodeURIComponent("/\"><script>window.pwned=1</script>")}`);
    const page = await stage.pageOf(trust, "admin");
    const { items: people } = await admin.get("/people");
    const { items: services } = await admin.get("/services");
    const places = [
      "/", "/triage", "/triage?standing=dismissed", "/incidents", "/incidents?order=newest", `/incidents?category=${encodeURIComponent(names[0])}`,
      `/search?q=${encodeURIComponent("\"><img src=x onerror=window.pwned=1>")}`, "/search?q=pwned", "/declare", "/report", "/report/mine", "/more",
      "/settings", "/settings/me", "/settings/services", "/settings/teams", "/settings/people", "/settings/codes", "/settings/kinds",
      "/settings/alarms", "/settings/ledger", `/settings/people/${people.at(-1).id}`, `/settings/services/${services[0].id}`,
      ...numbers.flatMap((number) => [`/incidents/${number}`, `/incidents/${number}?proof=true`]),
      `/incidents/${numbers[0]}/readers`, `/incidents/${numbers[0]}/assess/service`, `/incidents/${numbers[0]}/assess/security`,
      ...events.filter((_, n) => n % 3 === 0).map((number) => `/events/${number}`),
    ];
    for (const place of places) await look(page, place);

    // What modules put into a page afterwards: the drawer, the palette, an own conflict page.
    await page.goto("/incidents");
    for (let n = 0; n < 5; n++) {
      await page.keyboard.press("j");
      if (n === 0) await page.keyboard.press("p");
      await page.locator("dialog.drawer article").waitFor();
      await page.waitForTimeout(200);
      found.push(...(await strange(page)).map((line) => `drawer: ${line}`));
    }
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.locator("dialog.palette input").fill("pwned");
    await page.locator("dialog.palette [role=option]").first().waitFor();
    found.push(...(await strange(page)).map((line) => `palette: ${line}`));
    assert.deepEqual(found, []);
  },
};
