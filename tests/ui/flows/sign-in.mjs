// Signing in and out, with a wrong password on the way.

import assert from "node:assert/strict";
import { PASSWORD } from "../lib/server.mjs";

export default {
  async "a wrong password is said, the right one leads to where one wanted to go, and out again"(stage) {
    const trust = await stage.founded("Sign-in Trust");
    const page = await stage.visitor({}, trust);
    await page.goto("/incidents?open=true");
    assert.match(page.url(), /\/sign-in\?next=/);
    await page.getByLabel("E-mail").fill(trust.people.admin);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.equal(await page.getByLabel("E-mail").inputValue(), trust.people.admin, "the address is kept");
    assert.equal(await page.getByLabel("Password").inputValue(), "", "the password is not");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/incidents?open=true");

    const cookies = await page.context().cookies();
    const session = cookies.find((cookie) => cookie.httpOnly);
    assert.ok(session, "the session is out of reach of modules");
    await page.locator("details.menu summary.quiet").first().click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in");
    assert.deepEqual((await page.context().cookies()).filter((c) => c.name === session.name), []);
    await page.goto("/incidents");
    assert.match(page.url(), /\/sign-in/, "signed out is signed out");
    // The old cookie is worth nothing any more.
    await page.context().addCookies([{ ...session, expires: -1 }]);
    await page.goto("/incidents");
    assert.match(page.url(), /\/sign-in/, "the session ended at the server too");
  },

  async "in the demonstration one press signs in as anybody, and a stranger's address does not"(stage) {
    const page = await stage.visitor();
    await page.goto("/sign-in");
    await page.getByRole("button", { name: /Amara Okafor/ }).click();
    await page.waitForURL((url) => url.pathname === "/");
    const answer = await page.context().request.post("/sign-in/demo", {
      form: { email: "stranger@example.org" }, headers: { Origin: stage.demo.base }, maxRedirects: 0,
    });
    assert.equal(answer.status(), 404);
    const elsewhere = await page.context().request.post("/sign-out", { headers: { Origin: "https://evil.example" }, maxRedirects: 0 });
    assert.equal(elsewhere.status(), 403, "other sites cannot sign anybody out");
  },
};
