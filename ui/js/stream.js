// The one stream of changes of this tab, shared by all who listen. It carries names of what
// changed and never content. It sleeps while the tab is hidden, so that many tabs do not use up
// the connections a browser has for one server, and says when it may have missed something.

import { patienceMs } from "./idle.js";

/** @typedef {{topic: string, id?: string, at?: number}} Change */
/**
 * @typedef {object} Listener
 * @property {string} topic
 * @property {string} [id]
 * @property {(change: Change) => void} onChange
 * @property {() => void} onMissed something may have changed unheard
 * @property {(since: number|null) => void} onLost when it was lost, or null when it is back
 */

const SLEEP_MS = 30_000;

/** @type {Set<Listener>} */
const listeners = new Set();
/** @type {EventSource|null} */
let source = null;
let opened = "";
let wasOpen = false;
let failures = 0;
/** @type {number|null} */
let lostAt = null;
/** @type {Record<"change"|"retry"|"sleep", number>} */
const timers = { change: 0, retry: 0, sleep: 0 };

/** @param {Listener} listener */
export function listen(listener) {
  listeners.add(listener);
  plan();
  if (lostAt) listener.onLost(lostAt);
}

/** @param {Listener} listener */
export function leave(listener) {
  listeners.delete(listener);
  plan();
}

/** A swap leaves and listens again in one go; the stream need not notice. */
function plan() {
  clearTimeout(timers.change);
  timers.change = setTimeout(connect, 100);
}

function address() {
  const query = new URLSearchParams();
  const topics = new Set([...listeners].map((l) => l.topic));
  const ids = new Set([...listeners].flatMap((l) => (l.id ? [l.id] : [])));
  for (const topic of [...topics].sort()) query.append("topic", topic);
  for (const id of [...ids].sort()) query.append("id", id);
  return `/live?${query}`;
}

function close() {
  source?.close();
  source = null;
  opened = "";
  clearTimeout(timers.retry);
}

function connect() {
  if (listeners.size === 0 || document.hidden) return listeners.size === 0 ? close() : undefined;
  const url = address();
  if (source && opened === url) return;
  const isOther = wasOpen && opened !== "" && opened !== url;
  close();
  opened = url;
  if (isOther) wasOpen = false;
  const mine = new EventSource(url);
  source = mine;
  mine.addEventListener("open", onOpen);
  mine.addEventListener("changed", onChanged);
  mine.addEventListener("error", () => onError(mine));
}

function onOpen() {
  failures = 0;
  lostAt = null;
  for (const listener of [...listeners]) listener.onLost(null);
  if (wasOpen) for (const listener of [...listeners]) listener.onMissed();
  wasOpen = true;
}

/** @param {EventSource} from */
function onError(from) {
  if (from !== source) return;
  lostAt ??= Date.now();
  for (const listener of listeners) listener.onLost(lostAt);
  // The browser tries again by itself unless the server refused.
  if (from.readyState !== EventSource.CLOSED) return;
  failures += 1;
  close();
  timers.retry = setTimeout(connect, patienceMs(failures));
}

/** @param {MessageEvent} event */
function onChanged(event) {
  /** @type {Change} */
  let change;
  try {
    change = JSON.parse(event.data);
  } catch {
    return;
  }
  for (const listener of [...listeners]) {
    if (listener.topic !== change.topic) continue;
    if (!listener.id || !change.id || listener.id === change.id) listener.onChange(change);
  }
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timers.sleep);
  if (document.hidden) timers.sleep = setTimeout(close, SLEEP_MS);
  else connect();
});
addEventListener("pagehide", close);
addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
