// <b-push data-key>: notifications in this browser. It asks for leave only when its button is
// pressed, sends what the browser subscribed with by the form that is in it, and gives the
// subscription up when its channel is removed. What is wrong it says in words.
// It shows no notification itself; that is done by push-worker.js.

import { announce, define, pushWorkerUrl, word } from "./dom.js";
import { bytesOf, fieldsFor, nameOf, standing } from "./subscription.js";

/** No page lies below it, so the worker has no page to answer for. */
const SCOPE = "/push/";

const isAble = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** The subscription of this browser, if it has one. */
async function own() {
  const all = isAble() && isSecureContext ? await navigator.serviceWorker.getRegistrations() : [];
  const ours = all.find(({ scope }) => new URL(scope).pathname === SCOPE);
  return (await ours?.pushManager.getSubscription()) ?? null;
}

/** The server names a browser by the hash of its address, which alone is a secret. @param {string} endpoint */
async function fingerprint(endpoint) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the page shows of a subscription's channel. @param {PushSubscription|null} of */
async function channelOf(of) {
  if (!of) return null;
  return document.querySelector(`[data-browser="${await fingerprint(of.endpoint)}"]`);
}

/** The worker, once it is at work. */
async function worker() {
  const made = await navigator.serviceWorker.register(pushWorkerUrl(), { scope: SCOPE, updateViaCache: "none" });
  const coming = made.installing ?? made.waiting;
  if (made.active || !coming) return made;
  await new Promise((resolve, reject) => {
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") resolve(null);
      if (coming.state === "redundant") reject(new Error(coming.state));
    });
  });
  return made;
}

class BPush extends HTMLElement {
  #onSubmit = (/** @type {SubmitEvent} */ event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (this.contains(form)) {
      event.preventDefault();
      this.#subscribe(form);
    } else if (form.matches("[data-browser] form[action$='/remove']")) {
      event.preventDefault();
      this.#giveUp(form);
    }
  };

  connectedCallback() {
    document.addEventListener("submit", this.#onSubmit);
    this.#look();
  }

  disconnectedCallback() { document.removeEventListener("submit", this.#onSubmit); }

  async #look() {
    const channel = await channelOf(await own().catch(() => null));
    channel?.querySelector("[data-here]")?.removeAttribute("hidden");
    const facts = { isSecure: isSecureContext, isAble: isAble(), isListed: Boolean(channel) };
    const stands = standing({ ...facts, permission: isAble() ? Notification.permission : "default" });
    const form = this.querySelector("form");
    const label = form?.querySelector("input[name=label]");
    if (form) form.hidden = stands === "here" || stands === "insecure" || stands === "unable";
    if (label instanceof HTMLInputElement) {
      label.defaultValue = nameOf(navigator.userAgent) || label.defaultValue;
    }
    this.#say(stands);
  }

  /** @param {string} key of what the server has written on the element @param {string} [rest] */
  #say(key, rest = "") {
    const place = this.querySelector("[data-say]");
    if (!place) return;
    place.textContent = [word(this, key, key), rest].filter(Boolean).join(" ");
    place.classList.toggle("bad", ["insecure", "unable", "denied", "failed"].includes(key));
  }

  /** @param {HTMLFormElement} form */
  async #subscribe(form) {
    const button = form.querySelector("button");
    button?.setAttribute("aria-busy", "true");
    try {
      // First of all: browsers want it to follow from the press itself.
      const leave = await Notification.requestPermission();
      if (leave !== "granted") return this.#refused(leave === "denied" ? "denied" : "dismissed");
      const { pushManager } = await worker();
      const before = await pushManager.getSubscription();
      // One that is no channel of this person is somebody else's, or of a channel that is gone.
      if (before && !(await channelOf(before))) await before.unsubscribe();
      const key = bytesOf(this.dataset.key ?? "");
      const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      for (const [name, value] of Object.entries(fieldsFor(made.toJSON()))) {
        const field = form.querySelector(`input[name="${name}"]`);
        if (field instanceof HTMLInputElement) field.value = value;
      }
      form.submit();
    } catch (error) {
      this.#refused("failed", error instanceof Error ? error.message : "");
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }

  /** @param {string} key @param {string} [rest] */
  #refused(key, rest) {
    this.#say(key, rest);
    announce(this.querySelector("[data-say]")?.textContent ?? "");
  }

  /** The server stops either way; the browser's part is given up where it is this browser's. @param {HTMLFormElement} form */
  async #giveUp(form) {
    const mine = await own().catch(() => null);
    const channel = await channelOf(mine).catch(() => null);
    if (channel?.contains(form)) await mine?.unsubscribe().catch(() => false);
    form.submit();
  }
}

define("b-push", BPush);
