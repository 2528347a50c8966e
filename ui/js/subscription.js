// What notifications in this browser need to know, as plain functions: how things stand, what to
// call the browser, the server's key as bytes, what of a subscription goes to the server.
// They ask nobody for leave and subscribe to nothing.

/**
 * @typedef {object} Facts
 * @property {boolean} isSecure the page came by https, or from this machine
 * @property {boolean} isAble the browser knows workers, push and notifications
 * @property {string} permission "default", "granted" or "denied"
 * @property {boolean} isListed a channel of this person leads to this browser
 */

/**
 * The word for how things stand; "open" is the one in which the button may be pressed.
 * @param {Facts} facts
 */
export function standing({ isSecure, isAble, permission, isListed }) {
  if (!isSecure) return "insecure";
  if (!isAble) return "unable";
  if (permission === "denied") return "denied";
  return isListed && permission === "granted" ? "here" : "open";
}

const BROWSERS = [["Edg", "Edge"], ["OPR", "Opera"], ["Firefox", "Firefox"], ["FxiOS", "Firefox"], ["Chrome", "Chrome"], ["CriOS", "Chrome"], ["Safari", "Safari"]];
const SYSTEMS = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

/**
 * A name to know the browser by among one's channels; nothing where it cannot be told.
 * @param {string} userAgent
 */
export function nameOf(userAgent) {
  const found = [BROWSERS, SYSTEMS].map((table) => table.find(([mark]) => userAgent.includes(mark))?.[1]);
  return found.filter(Boolean).join(", ");
}

/** @param {string} text in base64url */
export function bytesOf(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
}

/**
 * The fields of the form that adds the channel.
 * @param {{endpoint?: string, keys?: Record<string, string>}} subscription as JSON
 */
export const fieldsFor = ({ endpoint = "", keys = {} }) => ({
  "target.endpoint": endpoint,
  "target.p256dh": keys.p256dh ?? "",
  "target.auth": keys.auth ?? "",
});
