// Notifications in this browser: a press subscribes, a push is shown, a press on it leads to the
// record, removing the channel ends it; and what is said when the browser refuses. The push
// service is the one part that is not real: nothing here reaches beyond this machine.

import assert from "node:assert/strict";
import { client } from "../lib/api.mjs";
import { findings } from "../lib/axe.mjs";
import { fill, shown, through } from "../lib/acts.mjs";

const HERE = "/settings/notify";
const SERVICE = "https://push.example/one";
/** The browser's keys in the example of RFC 8291. */
const KEYS = {
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};

/** Stands for the push service: what a browser is given when it subscribes, and asks for again. */
const service = ({ endpoint, keys }) => {
  const held = "test.subscription";
  const made = () => ({
    endpoint, toJSON: () => ({ endpoint, keys }),
    unsubscribe: async () => { localStorage.removeItem(held); return true; },
  });
  PushManager.prototype.getSubscription = async () => (localStorage.getItem(held) ? made() : null);
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    localStorage.setItem(held, JSON.stringify({ userVisibleOnly, key: [...new Uint8Array(applicationServerKey)] }));
    return made();
  };
};
const held = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("test.subscription")));

const press = (page) => page.getByRole("button", { name: "Notifications in this browser" }).click();
const said = (page) => page.locator("b-push [data-say]").innerText();

/** Sets what the browser answers to the question for leave, for as long as its session is open. */
async function leave(stage, page, base, setting) {
  const session = await stage.browser.newBrowserCDPSession();
  const { targetInfo } = await (await page.context().newCDPSession(page)).send("Target.getTargetInfo");
  const { browserContextId } = targetInfo;
  await session.send("Browser.setPermission", { permission: { name: "notifications" }, setting, origin: base, browserContextId });
}

async function subscribed(stage, organisation) {
  const page = await stage.pageOf(organisation, "admin");
  await page.addInitScript(service, { endpoint: SERVICE, keys: KEYS });
  await leave(stage, page, organisation.base, "granted");
  await page.goto(HERE);
  await page.getByText("Press the button").waitFor();
  await fill(page.locator("b-push form"), { label: "Laptop at work", clearance: "amber" });
  await through(page, () => press(page));
  await page.getByText("This browser is told from now on, as Laptop at work").waitFor();
  return page;
}

/** The worker of the page, and a way to have it pushed. */
async function workerOf(page, base) {
  const session = await page.context().newCDPSession(page);
  const registered = new Promise((resolve) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const ours = registrations.find(({ scopeURL }) => scopeURL === `${base}/push/`);
      if (ours) resolve(ours.registrationId);
    });
  });
  await session.send("ServiceWorker.enable");
  const registrationId = await registered;
  const push = (what) => session.send("ServiceWorker.deliverPushMessage", { origin: base, registrationId, data: JSON.stringify(what) });
  const find = () => page.context().serviceWorkers().find((worker) => worker.url() === `${base}/push/worker.js`);
  return { push, find };
}

export default {
  async "a browser is added, shows what is pushed, leads to the record and is given up"(stage) {
    const organisation = await stage.founded("Push Trust");
    const api = await client(organisation, "admin");
    const { id } = await api.declare("Tills are down");
    const { number } = await api.get(`/incidents/${id}`);
    const page = await subscribed(stage, organisation);

    const { items: [channel] } = await api.get("/me/channels");
    assert.deepEqual([channel.kind, channel.state, channel.clearance], ["push", "ready", "amber"]);
    const { key } = await api.get("/me/push-key");
    const kept = await held(page);
    assert.equal(Buffer.from(kept.key).toString("base64url"), key, "it subscribes with the server's key");
    assert.equal(kept.userVisibleOnly, true);
    await page.getByText("This browser shows what you are told").waitFor();
    assert.equal(await page.locator("[data-browser] [data-here]").isVisible(), true);
    assert.deepEqual(await findings(page), []);

    const { push, find } = await workerOf(page, organisation.base);
    const tag = id;
    await push({ title: `${number}: Tills are down`, body: "You are on call.", path: `/incidents/${number}`, tag, page: true, at: Date.now() });
    await page.waitForFunction(async () => {
      const all = await navigator.serviceWorker.getRegistrations();
      const ours = all.find(({ scope }) => scope.endsWith("/push/"));
      return (await ours.getNotifications()).length > 0;
    });
    await push({ title: `${number}: Everybody was called`, body: "You lead incidents.", path: `/incidents/${number}`, tag, page: false, at: Date.now() });
    const notes = () => find().evaluate(async () => {
      const all = await self.registration.getNotifications();
      return all.map(({ title, body, data, requireInteraction }) => ({ title, body, path: data.path, requireInteraction }));
    });
    await waitUntil(async () => (await notes())[0]?.title.endsWith("Everybody was called"));
    assert.deepEqual(await notes(), [{
      title: `${number}: Everybody was called`, body: "You lead incidents.", path: `/incidents/${number}`, requireInteraction: false,
    }], "what belongs together is one");

    // Only a real press may open a window; the address it would open is what counts here.
    const opened = await find().evaluate(async () => {
      const [notification] = await self.registration.getNotifications();
      let href = "";
      self.clients.openWindow = async (to) => { href = to; return null; };
      self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
      for (let n = 0; n < 100 && !href; n += 1) await new Promise((resolve) => setTimeout(resolve, 20));
      return href;
    });
    assert.equal(opened, `${organisation.base}/incidents/${number}`);
    await page.goto(opened);
    await page.getByRole("heading", { name: "Tills are down" }).first().waitFor();

    await page.goto(HERE);
    const card = page.locator("article[data-browser]");
    await through(page, () => card.getByRole("button", { name: "Remove" }).click());
    await page.getByText("The channel is gone").waitFor();
    assert.equal(await held(page), null, "the subscription is given up");
    assert.deepEqual((await api.get("/me/channels")).items, []);
  },

  async "the worker of pages and the one of notifications stay apart"(stage) {
    const organisation = await stage.founded("Apart Trust");
    const page = await subscribed(stage, organisation);
    await page.reload();
    const scopes = await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => new URL(scope).pathname));
    assert.ok(scopes.includes("/push/"), scopes.join(" "));
    const controller = await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL ?? "");
    assert.ok(!controller.endsWith("/push/worker.js"), controller);
  },

  async "a browser that refuses is told how to change its mind, and no channel is added"(stage) {
    const organisation = await stage.founded("Refusing Trust");
    const api = await client(organisation, "admin");
    const page = await stage.pageOf(organisation, "admin");
    await page.addInitScript(service, { endpoint: SERVICE, keys: KEYS });
    await leave(stage, page, organisation.base, "denied");
    await page.goto(HERE);
    await page.getByText("keeps notifications of Bifold back").waitFor();
    await press(page);
    assert.match(await said(page), /Allow them in its settings for this site/);

    // Asked, and closed without an answer.
    await leave(stage, page, organisation.base, "prompt");
    await page.addInitScript(() => { Notification.requestPermission = async () => "default"; });
    await page.goto(HERE);
    await page.getByText("Press the button").waitFor();
    await press(page);
    await page.getByText("You did not allow it, and nothing was changed").waitFor();

    // Allowed, and the push service does not answer.
    await leave(stage, page, organisation.base, "granted");
    await page.addInitScript(() => {
      Notification.requestPermission = async () => "granted";
      PushManager.prototype.subscribe = async () => { throw new DOMException("push service error", "AbortError"); };
    });
    await page.goto(HERE);
    await page.getByText("Press the button").waitFor();
    await press(page);
    await page.getByText("could not be connected with its push service").waitFor();
    assert.match(await said(page), /push service error/);
    assert.deepEqual(await findings(page), []);
    assert.deepEqual((await api.get("/me/channels")).items, []);
  },

  async "a browser without push, and one without JavaScript, are told what is needed"(stage) {
    const organisation = await stage.founded("Plain Trust");
    const page = await stage.pageOf(organisation, "admin", { lang: "de" });
    await page.addInitScript(() => { delete window.PushManager; });
    await page.goto(HERE);
    await page.getByText("kennt keine Push-Benachrichtigungen").waitFor();
    assert.equal(await page.locator("b-push form").isVisible(), false);
    const plain = await stage.pageOf(organisation, "admin", { javaScriptEnabled: false });
    await plain.goto(HERE);
    assert.match(await shown(plain), /switch JavaScript on for this page/);
    assert.equal(await plain.locator("b-push form").isVisible(), false);
  },
};

async function waitUntil(look) {
  for (let n = 0; n < 200; n += 1) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not come");
}
