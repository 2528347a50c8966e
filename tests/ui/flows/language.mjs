// German; a pseudo-language that shows every word that is not in the message files; and one that
// runs from right to left.

import assert from "node:assert/strict";
import { client } from "../lib/api.mjs";
import { overflow } from "../lib/axe.mjs";
import { DESK, PHONE } from "../lib/browser.mjs";
import { settled, visit } from "../lib/visit.mjs";
import { SCREENS } from "../screens.mjs";

/** A letter that stands in every text of ours below, and in no message. */
const OURS = "ж";
const PAGES = [
  "/", "/triage", "/incidents", "/incidents?stage=new", "/search", `/search?q=${OURS}nothing`, "/declare", "/report",
  "/more", "/settings", "/settings/me", "/settings/services", "/settings/teams", "/settings/people", "/settings/matrix",
  "/settings/codes", "/settings/kinds", "/settings/limits", "/settings/alarms", "/settings/ledger", "/report/mine",
  "/incidents/INC-1999-0001",
];

/** Visible texts with letters that neither carry accents nor are data. */
const bare = (page, known) => page.evaluate(({ data, ours }) => {
  const accents = /[àëîôüçñÀËÎÔÜŠš·]/;
  const names = /^(Bifold|CSV|SEV-\d|P\d|TLP:[A-Z+]+|Ctrl K|[A-Z]{1,2}|UTC|(INC|EVT)-[\d-]+)$/;
  const elsewhere = "kbd, code, pre, b-time, .mono, [lang], .avatar, script, style, datalist, .palette .hint";
  const said = new Set(data.map((text) => text.replaceAll(/\s+/g, " ").trim().toLowerCase()));
  const isFine = (text) => {
    const plain = text.replaceAll(/\s+/g, " ").trim();
    return !/\p{L}/u.test(plain) || accents.test(plain) || plain.includes(ours) || names.test(plain) || said.has(plain.toLowerCase());
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const isElsewhere = parent.closest(elsewhere) && parent.closest(elsewhere) !== document.documentElement;
    if (isElsewhere || isFine(node.data)) continue;
    found.push(`${parent.tagName.toLowerCase()}.${parent.className}: ${node.data.trim().slice(0, 80)}`);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"]) {
    for (const element of document.querySelectorAll(`body [${name}]`)) {
      const text = element.getAttribute(name);
      const isElsewhere = element.matches("b-time, .mono, [data-style]");
      if (!isElsewhere && !isFine(text)) found.push(`${element.tagName.toLowerCase()}[${name}]: ${text}`);
    }
  }
  if (!accents.test(document.title)) found.push(`title: ${document.title}`);
  return found;
}, { data: known, ours: OURS });

/** An organisation of which every name is ours. */
async function furnished(stage) {
  const trust = await stage.founded(`${OURS} Trust`);
  const admin = await client(trust, "admin");
  const service = await admin.post("/services", { key: "ward", name: `${OURS} Ward`, criticality: "important" });
  const team = await admin.post("/teams", { name: `${OURS} Team`, members: [] });
  await admin.person(`${OURS} Person`, ["resolver"]);
  const { number } = await admin.declare(`${OURS} title`, { description: `${OURS} text`, service: service.id, team: team.id });
  await admin.assess(number, "service", "yes", `${OURS} reason`);
  await admin.assess(number, "security", "yes", `${OURS} reason`);
  await admin.post(`/incidents/${number}/notes`, { text: `${OURS} note` });
  await admin.post(`/incidents/${number}/tasks`, { lane: "service", title: `${OURS} task` });
  const event = await admin.receive(`${OURS} event`, { description: `${OURS} text` });
  // What the policy says is data too: questions, categories, codes.
  const policy = JSON.stringify(await admin.get("/policy"));
  const known = [...policy.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => JSON.parse(`"${match[1]}"`));
  const answers = JSON.stringify(await admin.get(`/incidents/${number}/assessment`));
  known.push(...[...answers.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => JSON.parse(`"${match[1]}"`)));
  known.push("Ada Founder", trust.people.admin, ".person@example.org", "made at the command line");
  return { trust, number, event: event.number, known };
}

export default {
  async "in the pseudo-language every word of every page comes from the message files"(stage) {
    const { trust, number, event, known } = await furnished(stage);
    const page = await stage.pageOf(trust, "admin", { lang: "en-XA" });
    const found = [];
    const places = [
      ...PAGES, `/incidents/${number}`, `/incidents/${number}/readers`, `/incidents/${number}/assess/service`,
      `/incidents/${number}/assess/security`, `/events/${event}`,
    ];
    for (const place of places) {
      await page.goto(place);
      await settled(page);
      found.push(...(await bare(page, known)).map((line) => `${place}: ${line}`));
    }
    await page.goto("/incidents");
    for (const key of ["?", "Control+k"]) {
      await page.keyboard.press(key);
      await page.locator("dialog[open]").waitFor();
      await page.waitForTimeout(400);
      found.push(...(await bare(page, known)).map((line) => `${key}: ${line}`));
      await page.keyboard.press("Escape");
    }
    const guest = await stage.visitor({ lang: "en-XA" }, trust);
    for (const place of ["/sign-in", "/report", "/report/received/AAAA-BBBB-CCCC-DDDD-EEEE"]) {
      await guest.goto(place);
      await settled(guest);
      found.push(...(await bare(guest, known)).map((line) => `${place}: ${line}`));
    }
    const once = [...new Set(found.map((line) => line.replace(/^\S+: /, "")))];
    assert.deepEqual(once.map((line) => found.find((one) => one.endsWith(line))), []);
  },

  async "from right to left nothing runs out of the page, at a desk and on a phone"(stage) {
    for (const [name, options] of Object.entries({ desk: DESK, phone: PHONE })) {
      const wide = [];
      await visit(stage, SCREENS.filter((screen) => !screen.after && screen.states.includes("full")).map((screen) => ({ ...screen, states: ["full"] })), { ...options, lang: "ar-XB" }, async (page, screen) => {
        assert.equal(await page.locator("html").getAttribute("dir"), "rtl", screen.name);
        const over = await overflow(page);
        if (over) wide.push(`${screen.name} (${name}): ${over}`);
      });
      assert.deepEqual(wide, []);
    }
    const page = await stage.page("manager", { lang: "ar-XB" });
    await page.goto("/incidents");
    const rail = await page.locator("header.rail").boundingBox();
    assert.ok(rail.x > 640, "the rail is on the right");
  },

  async "German is chosen by the browser, and by the person over it"(stage) {
    const page = await stage.page("manager", { locale: "de-DE" });
    await page.goto("/incidents");
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    const german = await page.locator("body").innerText();
    await page.context().addCookies([{ name: "lang", value: "en", url: stage.demo.base }]);
    await page.goto("/incidents");
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    const english = await page.locator("body").innerText();
    for (const word of ["My day", "Settings", "Declare", "Newest first"]) {
      assert.ok(english.includes(word), `${word} in English`);
      assert.ok(!german.includes(word), `${word} in German`);
    }
    const away = await stage.visitor({ locale: "de-AT" });
    await away.goto("/report");
    assert.equal(await away.locator("html").getAttribute("lang"), "de");
    assert.notEqual(await away.locator("h1").innerText(), "Report something");
  },
};
