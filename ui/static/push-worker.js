// The worker for notifications in this browser: shows what was pushed, opens the record when it
// is pressed, and tells the server when the push service gave the browser another address.
// It keeps nothing, answers for no request of a page, and leads to no other site. What it shows
// was written by the server in the person's language; it has no words of its own.

const INBOX = "/inbox";
const RENEW = "/api/v1/me/channels/renew";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  event.waitUntil(show(told(event.data)));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(place(event.notification.data?.path)));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event.oldSubscription, event.newSubscription));
});

/** What came. Browsers demand that something is shown even if it cannot be read. */
function told(data) {
  try {
    return Object(data.json());
  } catch {
    return {};
  }
}

function show({ title, body, path, tag, page, at }) {
  const options = { body: body ?? "", data: { path }, requireInteraction: page === true };
  // What belongs together takes the place of what stands there, and is heard again.
  if (tag) Object.assign(options, { tag, renotify: true });
  if (at) options.timestamp = at;
  return self.registration.showNotification(title || "Bifold", options);
}

/** The page to open: of this site, whatever was pushed. */
function place(path) {
  const { origin } = self.location;
  if (typeof path !== "string" || !path.startsWith("/")) return origin + INBOX;
  const url = new URL(path, origin);
  return url.origin === origin ? url.href : origin + INBOX;
}

async function open(href) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find(({ url }) => new URL(url).pathname === new URL(href).pathname);
  return there ? there.focus() : self.clients.openWindow(href);
}

/** Where this fails, the server hears from the push service and takes the person's next way. */
async function renew(before, given) {
  if (!before) return;
  const after = given ?? (await self.registration.pushManager.subscribe(before.options));
  const { endpoint, keys } = after.toJSON();
  const target = { kind: "push", endpoint, p256dh: keys.p256dh, auth: keys.auth };
  const answer = await fetch(RENEW, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify({ before: before.endpoint, target }),
  });
  // The channel was removed, or somebody else is signed in here: nobody is to be told by it.
  if (answer.status === 404) await after.unsubscribe();
}
