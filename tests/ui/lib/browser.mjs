// One browser, and contexts in it that are watched.

import { chromium } from "playwright-core";
import { Guard } from "./guard.mjs";

export const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const WAIT_MS = 15_000;

export const DESK = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** The looks in which every screen must be accessible. */
export const LOOKS = {
  light: { ...DESK, colorScheme: "light" },
  dark: { ...DESK, colorScheme: "dark" },
  forced: { ...DESK, forcedColors: "active" },
  narrow: { viewport: { width: 320, height: 640 }, colorScheme: "light" },
  // 200 % zoom is half the room at twice the density.
  zoom: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2, colorScheme: "light" },
};

const FLAGS = ["--disable-dev-shm-usage", "--lang=en-GB"];

export function launchOptions() {
  // The sandbox of the browser needs a user of its own; root has none.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return { executablePath: CHROMIUM, args: [...FLAGS, ...sandbox], timeout: 60_000 };
}

export const launch = () => chromium.launch(launchOptions());

/** A context that is watched. */
export async function open(browser, base, options = {}) {
  const { guard = new Guard(), ...rest } = options;
  const context = await browser.newContext({
    baseURL: base, locale: "en-GB", timezoneId: "Europe/Berlin", reducedMotion: "reduce", ...DESK, ...rest,
  });
  context.setDefaultTimeout(WAIT_MS);
  context.setDefaultNavigationTimeout(2 * WAIT_MS);
  // With modules switched off their loading is refused; that is the point.
  if (rest.javaScriptEnabled === false) guard.allow(/: csp http\S+\.js$/);
  await guard.watch(context);
  return { context, guard };
}

/** Signs the context in as somebody of the demonstration. */
export async function signInAs(context, base, email) {
  const answer = await context.request.post(`${base}/sign-in/demo`, {
    form: { email }, headers: { Origin: base }, maxRedirects: 0,
  });
  if (answer.status() !== 303) throw new Error(`signing in as ${email}: ${answer.status()} ${await answer.text()}`);
}

/** Signs the context in with a password. */
export async function signIn(context, base, email, password) {
  const answer = await context.request.post(`${base}/sign-in`, {
    form: { email, password }, headers: { Origin: base }, maxRedirects: 0,
  });
  if (answer.status() !== 303) throw new Error(`signing in as ${email}: ${answer.status()}`);
}

/** Chooses a language, as the settings page does. */
export const speak = (context, base, lang) => context.addCookies([{ name: "lang", value: lang, url: base }]);
