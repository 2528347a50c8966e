import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";
import { bytesOf, fieldsFor, nameOf, standing } from "../js/subscription.js";

const SOURCE = readFileSync(new URL("../static/push-worker.js", import.meta.url), "utf8");
const ORIGIN = "https://bifold.example";

/** The worker in a browser that writes down what it is asked for. */
function browser({ windows = [], status = 204 } = {}) {
  const [heard, did] = [new Map(), []];
  const subscription = (endpoint) => ({
    endpoint, options: { userVisibleOnly: true },
    toJSON: () => ({ endpoint, keys: { p256dh: "P", auth: "A" } }),
    unsubscribe: async () => did.push(["unsubscribe", endpoint]),
  });
  const self = {
    location: new URL(`${ORIGIN}/push/worker.js`),
    addEventListener: (name, hears) => heard.set(name, hears),
    skipWaiting: () => {},
    registration: {
      showNotification: async (title, options) => did.push(["show", title, { ...options }]),
      pushManager: { subscribe: async () => subscription("https://push.example/3") },
    },
    clients: {
      matchAll: async () => windows.map((url) => ({ url, focus: async () => did.push(["focus", url]) })),
      openWindow: async (url) => did.push(["open", url]),
    },
  };
  const fetch = async (url, { body }) => {
    did.push(["fetch", url, JSON.parse(body)]);
    return { status };
  };
  vm.runInNewContext(SOURCE, { self, fetch, URL, Object, JSON });
  const happens = async (name, event) => {
    let work;
    heard.get(name)({ ...event, waitUntil: (promise) => { work = promise; } });
    await work;
    return did;
  };
  return { heard, happens, subscription };
}

const pushed = (what) => ({ data: { json: () => JSON.parse(what) } });
const pressed = (path) => ({ notification: { close: () => {}, data: { path } } });

test("the worker shows what was pushed, and a page stays until somebody sees it", async () => {
  const text = { title: "INC-1: You are paged", body: "You are on call.", path: "/incidents/INC-1", tag: "inc_1", page: true, at: 5 };
  const [[, title, options]] = await browser().happens("push", pushed(JSON.stringify(text)));
  assert.equal(title, text.title);
  assert.deepEqual(JSON.parse(JSON.stringify(options)), {
    body: text.body, data: { path: text.path }, requireInteraction: true, tag: "inc_1", renotify: true, timestamp: 5,
  });
});

test("what cannot be read is shown all the same", async () => {
  for (const event of [{ data: null }, pushed("no json"), pushed("null"), pushed("7")]) {
    const [[did, title]] = await browser().happens("push", event);
    assert.deepEqual([did, title], ["show", "Bifold"]);
  }
});

test("a press leads to this site and nowhere else", async () => {
  const inbox = `${ORIGIN}/inbox`;
  for (const [path, leads] of [
    ["/incidents/INC-1", `${ORIGIN}/incidents/INC-1`], ["/settings/notify", `${ORIGIN}/settings/notify`],
    [null, inbox], [undefined, inbox], [7, inbox], ["", inbox], ["incidents", inbox],
    ["//evil.example/x", inbox], ["/\\evil.example", inbox], ["https://evil.example/", inbox],
    ["javascript:alert(1)", inbox], [`blob:${ORIGIN}/x`, inbox],
  ]) assert.deepEqual(await browser().happens("notificationclick", pressed(path)), [["open", leads]], String(path));
});

test("a window that shows the record comes to the front", async () => {
  const windows = [`${ORIGIN}/`, `${ORIGIN}/incidents/INC-1?tab=clocks#e`];
  const did = await browser({ windows }).happens("notificationclick", pressed("/incidents/INC-1"));
  assert.deepEqual(did, [["focus", windows[1]]]);
});

test("a new address is told to the server together with the old one", async () => {
  const { happens, subscription } = browser();
  const did = await happens("pushsubscriptionchange", { oldSubscription: subscription("https://push.example/1"), newSubscription: null });
  const target = { kind: "push", endpoint: "https://push.example/3", p256dh: "P", auth: "A" };
  assert.deepEqual(did, [["fetch", "/api/v1/me/channels/renew", { before: "https://push.example/1", target }]]);
});

test("what the server does not know any more is given up", async () => {
  const { happens, subscription } = browser({ status: 404 });
  const change = { oldSubscription: subscription("https://push.example/1"), newSubscription: subscription("https://push.example/2") };
  const did = await happens("pushsubscriptionchange", change);
  assert.deepEqual(did.at(-1), ["unsubscribe", "https://push.example/2"]);
  assert.deepEqual(await browser().happens("pushsubscriptionchange", {}), []);
});

test("the worker answers for no request and keeps nothing", () => {
  assert.deepEqual([...browser().heard.keys()].sort(), ["install", "notificationclick", "push", "pushsubscriptionchange"]);
  for (const word of ["caches", "indexedDB", "importScripts"]) assert.ok(!SOURCE.includes(word), word);
});

test("what stands in the way is named, the greatest first", () => {
  const fine = { isSecure: true, isAble: true, permission: "granted", isListed: true };
  for (const [facts, word] of [
    [{}, "here"], [{ isListed: false }, "open"], [{ permission: "default" }, "open"], [{ permission: "denied" }, "denied"],
    [{ isAble: false, permission: "denied" }, "unable"], [{ isSecure: false, isAble: false }, "insecure"],
  ]) assert.equal(standing({ ...fine, ...facts }), word);
});

test("a browser is called what people call it", () => {
  const agent = (/** @type {string} */ end, system = "X11; Linux x86_64") => `Mozilla/5.0 (${system}) ${end}`;
  for (const [text, name] of [
    [agent("AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"), "Chrome, Linux"],
    [agent("Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Windows NT 10.0"), "Edge, Windows"],
    [agent("Gecko/20100101 Firefox/140.0", "Android 15; Mobile"), "Firefox, Android"],
    [agent("AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1", "iPhone; CPU iPhone OS 18_0 like Mac OS X"), "Safari, iPhone"],
    ["", ""],
  ]) assert.equal(nameOf(text), name);
});

test("keys and fields are as the server has and wants them", () => {
  assert.deepEqual([...bytesOf("-_8A")], [251, 255, 0]);
  assert.deepEqual(fieldsFor({ endpoint: "e", keys: { p256dh: "p", auth: "a" } }), {
    "target.endpoint": "e", "target.p256dh": "p", "target.auth": "a",
  });
});
