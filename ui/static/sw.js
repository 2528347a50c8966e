// The service worker: keeps the files of this build and one page, /offline, which is shown when
// a page cannot be reached. It never keeps any other page, and no answer that carries a record:
// what somebody may read is decided by the server, each time.

const ASSETS = "/assets/";
const OFFLINE = "/offline";
// Its own address carries the version of the build, so each build has a cache of its own.
const BASE = new URL("./", self.location.href).pathname;
const CACHE = `bifold ${BASE}`;
const FIRST = ["app.css", "mark.svg"].map((name) => BASE + name);

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll([new Request(OFFLINE, { credentials: "omit", cache: "reload" }), ...FIRST]);
}

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

async function forgetOthers() {
  const names = (await caches.keys()).filter((name) => name.startsWith("bifold ") && name !== CACHE);
  await Promise.all(names.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith(ASSETS)) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});

/** Files of a build never change under their address. */
async function asset(request) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic" && new URL(request.url).pathname.startsWith(BASE)) {
    const cache = await caches.open(CACHE);
    await cache.put(request, answer.clone());
  }
  return answer;
}

/** A page comes from the server or not at all. */
async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}
