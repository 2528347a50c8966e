// How moments and spans are written: plain functions from times to texts.
// They read no clock and no document; whoever asks says what time it is.

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const two = (/** @type {number} */ n) => String(n).padStart(2, "0");

/** @typedef {{moment: string, minutes: string, hours: string, days: string}} Spans */

/** @type {Spans} */
export const ENGLISH = { moment: "now", minutes: "%n min", hours: "%n h", days: "%n d" };

/**
 * How long, in the two largest units that matter, as the server says it: "3 d 4 h", "14 min".
 * @param {number} seconds
 * @param {Spans} [words]
 */
export function span(seconds, words = ENGLISH) {
  const say = (/** @type {string} */ text, /** @type {number} */ n) =>
    text.replace("%n", String(Math.trunc(n)));
  if (seconds < MINUTE) return words.moment;
  if (seconds < HOUR) return say(words.minutes, seconds / MINUTE);
  const minutes = Math.trunc(seconds / MINUTE) % 60;
  const hours = Math.trunc(seconds / HOUR) % 24;
  if (seconds < DAY) {
    const large = say(words.hours, seconds / HOUR);
    return minutes === 0 ? large : `${large} ${say(words.minutes, minutes)}`;
  }
  const days = say(words.days, seconds / DAY);
  return seconds >= 14 * DAY || hours === 0 ? days : `${days} ${say(words.hours, hours)}`;
}

/**
 * Hours and minutes that run: "00:42". A span that is over has a minus: "−00:05".
 * @param {number} seconds
 */
export function running(seconds) {
  const minutes = Math.trunc(Math.abs(seconds) / MINUTE);
  const sign = seconds <= -MINUTE ? "−" : "";
  return `${sign}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

/** Texts are written anew so often, in seconds. */
const BEAT = 5;

/**
 * What is left: "00:42", and in the last minute seconds, "35 s".
 * @param {number} seconds
 */
export function remaining(seconds) {
  const isLast = seconds > 0 && seconds < MINUTE;
  return isLast ? `${Math.ceil(seconds / BEAT) * BEAT} s` : running(seconds);
}

/** Making a formatter takes far longer than using it, and a page has dozens of times. */
/** @type {Map<string, Intl.DateTimeFormat>} */
const formatters = new Map();

/** @param {string} lang @param {Intl.DateTimeFormatOptions} options */
function formatter(lang, options) {
  const key = `${lang} ${JSON.stringify(options)}`;
  const made = formatters.get(key) ?? new Intl.DateTimeFormat(lang, options);
  formatters.set(key, made);
  return made;
}

/**
 * A moment where the reader is: "14:31", "yesterday 14:31", "12 Nov 14:31", "12 Nov 2025 14:31".
 * @param {Date} at
 * @param {Date} now
 * @param {string} lang
 * @param {string} [timeZone] the reader's, unless told
 */
export function local(at, now, lang, timeZone) {
  const format = (/** @type {Intl.DateTimeFormatOptions} */ o) =>
    formatter(lang, { timeZone, ...o }).format(at);
  const time = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const [there, here] = [at, now].map((moment) => dayOf(moment, timeZone));
  const days = Math.round((there - here) / (DAY * 1_000));
  if (days === 0) return time;
  if (Math.abs(days) === 1) {
    const day = new Intl.RelativeTimeFormat(lang, { numeric: "auto" }).format(days, "day");
    return `${day} ${time}`;
  }
  const isThisYear = new Date(there).getUTCFullYear() === new Date(here).getUTCFullYear();
  const year = isThisYear ? undefined : "numeric";
  return `${format({ day: "numeric", month: "short", year })} ${time}`;
}

/**
 * Midnight of the calendar day, as if days had no zones.
 * @param {Date} moment
 * @param {string} [timeZone]
 */
function dayOf(moment, timeZone) {
  const calendar = formatter("en", { timeZone, year: "numeric", month: "numeric", day: "numeric" });
  const parts = calendar.formatToParts(moment);
  const part = (/** @type {string} */ type) =>
    Number(parts.find((found) => found.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"));
}

/**
 * The same moment for everybody: "2026-11-12 14:31:05 UTC".
 * @param {Date} at
 */
export const universal = (at) => `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;

/**
 * A moment as a field for a local time has it: "2026-03-01T10:30". `null` for what is none.
 * @param {string} text minutes of UTC in the same form
 */
export function inField(text) {
  const at = new Date(`${text}:00Z`);
  if (text.length !== 16 || Number.isNaN(at.getTime())) return null;
  const day = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/**
 * The moment that somebody wrote into such a field, where they are. `null` for what is none.
 * @param {string} text
 */
export function outOfField(text) {
  const at = new Date(text);
  return text === "" || Number.isNaN(at.getTime()) ? null : `${at.toISOString().slice(0, 19)}Z`;
}
