// The entrance: loads the elements and registers the service worker.
// It holds no behaviour itself. Every page works without it, as links and forms.

import "./time.js";
import "./flash.js";
import "./form.js";
import "./instant.js";
import "./draft.js";
import "./keys.js";
import "./menu.js";
import "./list.js";
import "./live.js";
import "./palette.js";
import "./copy.js";
import "./composer.js";
import "./assess.js";
import "./upload.js";
import "./push.js";
import "./room.js";
import { workerUrl } from "./dom.js";

const isTrusted =
  location.protocol === "https:" || ["localhost", "127.0.0.1"].includes(location.hostname);

if (isTrusted && "serviceWorker" in navigator) {
  addEventListener("load", () => {
    // Without the worker only the offline page is missing, so a refusal is nothing to report.
    navigator.serviceWorker.register(workerUrl(), { scope: "/" }).catch(() => {});
  });
}
