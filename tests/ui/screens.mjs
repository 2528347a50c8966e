// Every screen, once: the axe runs, the pictures, the budgets and the languages go through this
// table. `path` may depend on what there is to show; `after` brings the page into the state meant.

import { client } from "./lib/api.mjs";

/**
 * @typedef {object} Screen
 * @property {string} name
 * @property {string} role "" for somebody who is not signed in
 * @property {string|((s: Subjects) => string)} path
 * @property {("full"|"empty")[]} states in which organisation it is looked at
 * @property {number} [status] when it is not 200
 * @property {(page: import("playwright-core").Page) => Promise<void>} [after]
 */
/** @typedef {Awaited<ReturnType<typeof subjects>>} Subjects */

const BOTH = ["full", "empty"];
const FULL = ["full"];

const drawer = async (page) => {
  await page.keyboard.press("j");
  await page.keyboard.press("p");
  await page.locator("dialog.drawer article").waitFor();
};
const palette = async (page) => {
  await page.keyboard.press("Control+k");
  await page.locator("dialog.palette [role=option]").first().waitFor();
};
const keyboard = async (page) => {
  await page.keyboard.press("?");
  await page.locator("dialog.sheet-dialog").waitFor();
};
const picked = async (page) => {
  await page.locator("input.check").first().check();
  await page.locator("#bulk .picked-count").waitFor();
};
/** The gate of the open SEV-1, as long as it holds; then what was decided in the lane. */
const toTheGate = async (page) => {
  const card = page.locator(".gate-card, .card.lane-service").first();
  await card.evaluate((element) => {
    element.scrollIntoView();
    window.scrollBy(0, -180);
  });
};
const trial = async (page) => {
  await picked(page);
  await page.locator("#bulk button[value=acknowledge]").click();
  await page.locator("input[name='number[]']").first().waitFor({ state: "attached" });
};
const refused = async (page) => {
  await page.locator("#email").fill("nobody@example.org");
  await page.locator("#password").fill("wrong");
  await page.locator("form[action='/sign-in'] button").click();
  await page.locator("[role=alert]").waitFor();
};
const spoken = async (page) => {
  await page.getByLabel("Without a name").check();
  await page.getByLabel("What happened?").fill("Invoices are paid twice.\nSince May, and nobody asks.");
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".receipt").waitFor();
};
const answered = async (page) => {
  await spoken(page);
  await page.getByRole("button", { name: "Read what was answered" }).click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
};
const received = async (page) => {
  await page.locator("#what").fill("A strange mail asks for passwords.");
  await page.locator("form[action='/report'] button.primary").click();
  await page.locator(".receipt").first().waitFor();
};

/** @type {Screen[]} */
export const SCREENS = [
  { name: "sign-in", role: "", path: "/sign-in", states: BOTH },
  { name: "sign-in-refused", role: "", path: "/sign-in", states: FULL, after: refused },
  { name: "report", role: "", path: "/report", states: BOTH },
  { name: "report-received", role: "", path: "/report", states: FULL, after: received },
  { name: "day-manager", role: "manager", path: "/", states: FULL },
  { name: "day-agent", role: "agent", path: "/", states: FULL },
  { name: "day-reporter", role: "reporter", path: "/", states: FULL },
  { name: "day-first", role: "admin", path: "/", states: ["empty"] },
  { name: "triage", role: "agent", path: "/triage", states: FULL },
  { name: "triage-empty", role: "admin", path: "/triage", states: ["empty"] },
  { name: "triage-decided", role: "agent", path: "/triage?standing=dismissed", states: FULL },
  { name: "queue", role: "manager", path: "/incidents?open=true", states: FULL },
  { name: "queue-empty", role: "admin", path: "/incidents", states: ["empty"] },
  { name: "queue-nothing", role: "manager", path: "/incidents?open=true&team=tm_00000000000000000000000000", states: FULL },
  { name: "queue-drawer", role: "manager", path: "/incidents?open=true", states: FULL, after: drawer },
  { name: "queue-picked", role: "manager", path: "/incidents?open=true", states: FULL, after: picked },
  { name: "on-call", role: "manager", path: "/oncall", states: FULL },
  { name: "on-call-engineer", role: "engineer", path: "/oncall", states: FULL },
  { name: "on-call-empty", role: "admin", path: "/oncall", states: ["empty"] },
  { name: "on-call-new", role: "admin", path: "/oncall/new", states: ["empty"] },
  { name: "chains", role: "manager", path: (s) => `/oncall/chains?chain=${s.chain}`, states: FULL },
  { name: "chain-new", role: "manager", path: "/oncall/chains/new", states: FULL },
  { name: "bulk", role: "manager", path: "/incidents?open=true&stage=new", states: FULL, after: trial },
  { name: "incident-sev1", role: "manager", path: (s) => `/incidents/${s.sev1}`, states: FULL },
  { name: "gate", role: "manager", path: (s) => `/incidents/${s.sev1}`, states: FULL, after: toTheGate },
  { name: "gates", role: "manager", path: "/gate", states: FULL },
  { name: "evidence", role: "officer", path: "/evidence", states: FULL },
  { name: "exhibit", role: "officer", path: "/evidence/EVD-2026-0002", states: FULL },
  { name: "exhibit-label", role: "officer", path: "/evidence/EVD-2026-0002/label", states: FULL },
  { name: "incident-both", role: "officer", path: (s) => `/incidents/${s.both}`, states: FULL },
  { name: "incident-proof", role: "auditor", path: (s) => `/incidents/${s.both}?proof=true`, states: FULL },
  { name: "incident-closed", role: "auditor", path: (s) => `/incidents/${s.closed}`, states: FULL },
  { name: "incident-reader", role: "engineer", path: (s) => `/incidents/${s.security}`, states: FULL },
  { name: "assess-service", role: "manager", path: (s) => `/incidents/${s.sev1}/assess/service`, states: FULL },
  { name: "assess-security", role: "officer", path: (s) => `/incidents/${s.sev1}/assess/security`, states: FULL },
  { name: "readers", role: "officer", path: (s) => `/incidents/${s.sev1}/readers`, states: FULL },
  { name: "call", role: "agent", path: "/call", states: FULL },
  { name: "declare", role: "manager", path: "/declare", states: FULL },
  { name: "event", role: "agent", path: (s) => `/events/${s.event}`, states: FULL },
  { name: "search", role: "manager", path: "/search?q=portal", states: FULL },
  { name: "search-empty", role: "admin", path: "/search?q=portal", states: ["empty"] },
  { name: "palette", role: "manager", path: "/incidents?open=true", states: FULL, after: palette },
  { name: "keyboard", role: "manager", path: "/incidents?open=true", states: FULL, after: keyboard },
  { name: "more", role: "manager", path: "/more", states: FULL },
  { name: "reports-mine", role: "reporter", path: "/report/mine", states: FULL },
  { name: "not-found", role: "manager", path: "/incidents/INC-1999-0001", states: FULL, status: 404 },
  { name: "settings", role: "admin", path: "/settings", states: BOTH },
  { name: "settings-me", role: "agent", path: "/settings/me", states: FULL },
  { name: "inbox", role: "engineer", path: "/inbox", states: FULL },
  { name: "inbox-empty", role: "admin", path: "/inbox", states: ["empty"] },
  { name: "settings-notify", role: "agent", path: "/settings/notify", states: FULL },
  { name: "settings-notify-empty", role: "admin", path: "/settings/notify", states: ["empty"] },
  { name: "settings-sources", role: "manager", path: "/settings/sources", states: FULL },
  { name: "settings-sources-empty", role: "admin", path: "/settings/sources", states: ["empty"] },
  { name: "settings-source", role: "manager", path: (s) => `/settings/sources/${s.source}`, states: FULL },
  { name: "faults", role: "manager", path: "/faults", states: FULL },
  { name: "faults-empty", role: "admin", path: "/faults", states: ["empty"] },
  { name: "speak-up", role: "", path: "/speak-up", states: FULL },
  { name: "speak-up-nobody", role: "", path: "/speak-up", states: ["empty"] },
  { name: "speak-up-code", role: "", path: "/speak-up", states: FULL, after: spoken },
  { name: "speak-up-back", role: "", path: "/speak-up/answer", states: FULL },
  { name: "speak-up-answer", role: "", path: "/speak-up", states: FULL, after: answered },
  { name: "disclosures", role: "beatrix@harbour.example", path: "/disclosures", states: FULL },
  { name: "disclosures-asked", role: "ruben@harbour.example", path: "/disclosures", states: FULL },
  { name: "disclosure", role: "beatrix@harbour.example", path: (s) => `/disclosures/${s.disclosure}`, states: FULL },
  { name: "maintenances", role: "manager", path: "/maintenance", states: FULL },
  { name: "maintenances-empty", role: "admin", path: "/maintenance", states: ["empty"] },
  { name: "maintenance", role: "manager", path: (s) => `/maintenance/${s.maintenance}`, states: FULL },
  { name: "room", role: "manager", path: (s) => `/incidents/${s.sev1}/room`, states: FULL },
  { name: "wall", role: "manager", path: (s) => `/incidents/${s.sev1}/wall`, states: FULL },
  { name: "incident-announce", role: "manager", path: (s) => `/incidents/${s.told}/announce`, states: FULL },
  { name: "incident-told", role: "manager", path: (s) => `/incidents/${s.told}`, states: FULL },
  { name: "settings-status-pages", role: "admin", path: "/settings/status-pages", states: BOTH },
  { name: "settings-status-page", role: "admin", path: (s) => `/settings/status-pages/${s.statusPage}`, states: FULL },
  { name: "settings-webhooks", role: "admin", path: "/settings/webhooks", states: BOTH },
  { name: "settings-services", role: "admin", path: "/settings/services", states: BOTH },
  { name: "settings-teams", role: "admin", path: "/settings/teams", states: BOTH },
  { name: "settings-people", role: "admin", path: "/settings/people", states: BOTH },
  { name: "settings-person", role: "admin", path: (s) => `/settings/people/${s.person}`, states: FULL },
  { name: "settings-matrix", role: "admin", path: "/settings/matrix", states: FULL },
  { name: "settings-functions", role: "admin", path: "/settings/functions", states: FULL },
  { name: "report-levels", role: "manager", path: "/reports/service-levels", states: FULL },
  { name: "incident-paged", role: "manager", path: (s) => `/incidents/${s.paged}`, states: FULL },
  { name: "settings-codes", role: "admin", path: "/settings/codes", states: FULL },
  { name: "settings-kinds", role: "admin", path: "/settings/kinds", states: FULL },
  { name: "incident-clocks", role: "manager", path: (s) => `/incidents/${s.sev1}/clocks`, states: FULL },
  { name: "queue-due", role: "manager", path: "/incidents?open=true&order=due", states: FULL },
  { name: "settings-levels", role: "admin", path: "/settings/levels", states: BOTH },
  { name: "settings-level", role: "admin", path: "/settings/levels/standard-p1", states: BOTH },
  { name: "settings-calendars", role: "admin", path: "/settings/calendars", states: BOTH },
  { name: "settings-calendar", role: "admin", path: "/settings/calendars/office", states: BOTH },
  { name: "settings-templates", role: "admin", path: "/settings/templates", states: FULL },
  { name: "settings-majors", role: "admin", path: "/settings/majors", states: FULL },
  { name: "settings-gate", role: "admin", path: "/settings/gate", states: FULL },
  { name: "settings-limits", role: "admin", path: "/settings/limits", states: FULL },
  { name: "settings-alarms", role: "auditor", path: "/settings/alarms", states: FULL },
  { name: "settings-checkpoint", role: "auditor", path: "/settings/ledger/print", states: FULL },
  { name: "settings-ledger", role: "auditor", path: "/settings/ledger", states: FULL },
];

/** Monitoring of the hospital, after it sent some alerts and something that cannot be read. */
async function signalled(demo, api) {
  const { items: sources } = await api.get("/sources");
  const { id, address } = sources.find((source) => source.settings.format === "alertmanager");
  const { name, value } = await api.post(`/sources/${id}/secrets`, { kind: "token" });
  const began = new Date(Date.now() - 600_000).toISOString();
  const send = async (body) => {
    const headers = { Authorization: `Bearer ${value}`, "Content-Type": "application/json" };
    const answer = await fetch(`${demo.base}${address}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status !== 202) throw new Error(`${address}: ${answer.status}`);
  };
  const alert = (name, status, severity) => ({
    status,
    fingerprint: `f-${name}`,
    labels: { alertname: name, instance: "files-02", severity },
    annotations: { summary: `${name}: 97 % of the space is used` },
    startsAt: began,
    endsAt: status === "resolved" ? new Date().toISOString() : "0001-01-01T00:00:00Z",
  });
  const group = (key, alerts) => ({ version: "4", groupKey: key, status: "firing", alerts });
  await send(group("disk", [alert("DiskAlmostFull", "firing", "critical"), alert("InodesLow", "firing", "warning")]));
  await send(group("disk", [alert("InodesLow", "resolved", "warning")]));
  await send(group("watch", [alert("Watchdog", "firing", "none")]));
  await send({ hello: "world" });
  for (let n = 0; n < 100; n += 1) {
    const { items } = await api.get(`/faults?source=${id}`);
    if (items.length >= 3 && items.every((fault) => fault.disposition !== "waiting")) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  // A source has three at most, and this runs again for the next look.
  await api.send("DELETE", `/sources/${id}/secrets/${name}`);
  return id;
}

/** An open incident of which something stands on a page, and further words wait. */
async function told(demo, api) {
  const desk = await client(demo, "agent");
  const title = "Patient portal shows old appointments";
  const { items: open } = await api.get("/incidents?open=true&limit=100");
  const found = open.find((one) => one.title === title);
  if (found) return found.number;
  const { items: pages } = await api.get("/status-pages");
  const page = pages.find((one) => one.key === "patients").id;
  const { number } = await desk.declare(title);
  const words = (text, more) => ({
    page, title: "Appointments are not up to date", impact: "minor", text, states: { portal: "degraded_performance" }, ...more,
  });
  const soon = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  await desk.post(`/incidents/${number}/announce`, words("You may see appointments that were moved. Please call us if in doubt.", { stage: "investigating", next_by: soon(45) }));
  await api.post(`/incidents/${number}/announce/approve`, { page });
  await desk.post(`/incidents/${number}/announce`, words("We know the reason and are working on it.", { stage: "identified", next_by: soon(90) }));
  return number;
}

/** One that was said with a name in trust: it is answered, and somebody asks for the name. */
async function said(demo) {
  const listener = await client(demo, "beatrix@harbour.example");
  const { items } = await listener.get("/disclosures");
  const known = items.find((one) => one.mode === "confidential");
  if (known) return known.number;
  const form = { mode: "confidential", concern: "unsafe_practice", name: "Somebody", what: "The night rounds are signed before they are made.\nEvery weekend since March, on the third floor." };
  await fetch(`${demo.base}/speak-up`, { method: "POST", body: new URLSearchParams(form) });
  const [{ id, number }] = (await listener.get("/disclosures")).items;
  await listener.post(`/disclosures/${id}/answer`, { text: "Thank you. Is the list of signatures kept somewhere?" });
  await listener.post(`/disclosures/${id}/note`, { text: "Ask the head of nursing, who is not named here." });
  await listener.post(`/disclosures/${id}/ask-identity`, { reason: "The authority asks whether it can hear a witness." });
  return number;
}

/** What there is to show in the made-up hospital. */
export async function subjects(demo) {
  const api = await client(demo, "manager");
  const admin = await client(demo, "admin");
  const first = async (query) => (await api.get(`/incidents?limit=1&${query}`)).items[0]?.number;
  const { items: events } = await api.get("/events?standing=undecided&limit=1");
  const { items: people } = await admin.get("/people");
  const { items: chains } = await api.get("/chains");
  const source = await signalled(demo, api);
  return {
    source,
    sev1: await first("open=true&major=promoted"),
    paged: await first("open=true&major=proposed"),
    both: await first("service_is=yes&security_is=yes"),
    security: await first("service_is=no&security_is=yes"),
    closed: await first("stage=closed"),
    event: events[0]?.number,
    disclosure: await said(demo),
    maintenance: (await api.get("/maintenances")).items[0]?.id,
    told: await told(demo, api),
    statusPage: (await api.get("/status-pages")).items[0]?.id,
    chain: chains.find((chain) => chain.entry.name === "Vital services")?.id,
    person: people.find((person) => person.email === demo.people.engineer)?.id,
  };
}

export const pathOf = (screen, found) => (typeof screen.path === "string" ? screen.path : screen.path(found));
