// What a flow is given: organisations, people at browsers, and the API. Contexts and organisations
// that a flow opened are closed after it, and its guards are asked.

import { client } from "./api.mjs";
import { open, signIn, signInAs, speak } from "./browser.mjs";
import { founded, PASSWORD } from "./server.mjs";

export class Stage {
  #opened = [];
  #guards = [];
  #organisations = [];

  constructor(browser, demo) {
    this.browser = browser;
    /** The made-up hospital, shared by all flows. */
    this.demo = demo;
  }

  /** A token client of the demonstration, by role. */
  api(role) { return client(this.demo, role); }

  /**
   * A page of the person in this role of the demonstration.
   * @param {string} role
   * @param {object} [options] of the context, and `lang`
   */
  page(role, options = {}) { return this.pageOf(this.demo, role, options); }

  /** A page of somebody who is not signed in. */
  async visitor(options = {}, organisation = this.demo) {
    const { lang, ...rest } = options;
    const { context, guard } = await open(this.browser, organisation.base, rest);
    this.#opened.push(context);
    this.#guards.push(guard);
    if (lang) await speak(context, organisation.base, lang);
    const page = await context.newPage();
    page.guard = guard;
    return page;
  }

  async pageOf(organisation, role, options = {}) {
    const page = await this.visitor(options, organisation);
    const email = organisation.people[role] ?? role;
    if (organisation === this.demo) await signInAs(page.context(), organisation.base, email);
    else await signIn(page.context(), organisation.base, email, PASSWORD);
    return page;
  }

  /** An organisation of this flow alone. */
  async founded(name, more) {
    const organisation = await founded(name, more);
    this.#organisations.push(organisation);
    return organisation;
  }

  /** Somebody new in such an organisation, who signs in with the password of all tests. */
  async person(organisation, name, roles) {
    const admin = await client(organisation, "admin");
    const person = await admin.person(name, roles);
    await admin.post(`/people/${person.id}/password`, { password: PASSWORD });
    return person;
  }

  /** A picture of every page that is open. */
  async pictures(name) {
    let n = 0;
    for (const context of this.#opened) {
      for (const page of context.pages()) {
        await page.screenshot({ path: `${name}-${n++}.png`, timeout: 5_000 }).catch(() => {});
      }
    }
  }

  checkGuards() { for (const guard of this.#guards) guard.check(); }

  async close() {
    for (const context of this.#opened) await context.close().catch(() => {});
    for (const organisation of this.#organisations) await organisation.stop();
  }
}
