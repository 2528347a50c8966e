// <b-upload data-item>: sends a file to an item of evidence in parts, each with its own hash, and
// goes on where it stopped. <b-compare data-sha256>: says whether a file has the same bytes.
// They never read what is in a file, and keep nothing of it.

import { announce, define, word } from "./dom.js";
import { refresh } from "./swap.js";

const PART_BYTES = 8 << 20;
const COMPARE_LIMIT_BYTES = 1 << 30;

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  // Without a secure context there is no hash here; the server's own is the one that counts.
  const digest = await crypto.subtle?.digest("SHA-256", bytes);
  if (!digest) return "";
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} method @param {string} url @param {BodyInit} body @param {string} type */
async function ask(method, url, body, type) {
  const headers = { Accept: "application/json", "Content-Type": type };
  const answer = await fetch(url, { method, headers, body, credentials: "same-origin" });
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(json.detail ?? `${answer.status}`);
  return json;
}

class BUpload extends HTMLElement {
  /** @type {{url: string, file: File}|null} */
  #begun = null;
  #onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    this.#send().catch((error) => this.#say(`${word(this, "failed", "It did not go through.")} ${error.message}`));
  };

  connectedCallback() { this.addEventListener("submit", this.#onSubmit); }
  disconnectedCallback() { this.removeEventListener("submit", this.#onSubmit); }

  /** @param {string} text */
  #say(text) {
    const place = this.querySelector("[data-say]");
    if (place) place.textContent = text;
    const button = this.querySelector("button");
    if (button) button.disabled = false;
  }

  async #send() {
    const input = this.querySelector("input[type=file]");
    const file = input instanceof HTMLInputElement ? input.files?.[0] : undefined;
    if (!file) return;
    this.#say(word(this, "sending", "Sending…"));
    const button = this.querySelector("button");
    if (button) button.disabled = true;
    const base = `/api/v1/evidence/${this.dataset.item}/uploads`;
    if (this.#begun?.file !== file) {
      const about = JSON.stringify({ size_bytes: file.size, filename: file.name.slice(0, 100) });
      const { upload } = await ask("POST", base, about, "application/json");
      this.#begun = { url: `${base}/${upload}`, file };
    }
    const { url } = this.#begun;
    let { received_bytes: at } = await (await fetch(url, { credentials: "same-origin" })).json();
    const bar = this.querySelector("progress");
    while (at < file.size) {
      const part = await file.slice(at, at + PART_BYTES).arrayBuffer();
      const hash = await sha256(part);
      const query = `offset=${at}${hash && `&sha256=${hash}`}`;
      ({ received_bytes: at } = await ask("PUT", `${url}?${query}`, part, "application/octet-stream"));
      if (bar) {
        bar.hidden = false;
        bar.value = at / file.size;
      }
    }
    await ask("POST", `${url}/finish`, "{}", "application/json");
    announce(word(this, "done", "Sealed."));
    if (!(await refresh({ asked: true }))) location.reload();
  }
}

class BCompare extends HTMLElement {
  #onChange = (/** @type {Event} */ event) => {
    const file = event.target instanceof HTMLInputElement ? event.target.files?.[0] : undefined;
    if (file) this.#compare(file);
  };

  connectedCallback() { this.addEventListener("change", this.#onChange); }
  disconnectedCallback() { this.removeEventListener("change", this.#onChange); }

  /** @param {File} file */
  async #compare(file) {
    const place = this.querySelector("[role=status]");
    if (!place) return;
    const hash = file.size > COMPARE_LIMIT_BYTES ? "" : await sha256(await file.arrayBuffer());
    if (!hash) place.textContent = word(this, "large", "Too large for the browser. Use: sha256sum");
    else if (hash === this.dataset.sha256) place.textContent = word(this, "same", "The same bytes.");
    else place.textContent = `${word(this, "other", "Other bytes: its SHA-256 is")} ${hash}`;
  }
}

define("b-upload", BUpload);
define("b-compare", BCompare);
