// The public report form without modules, and what its receipt opens.

import assert from "node:assert/strict";

export default {
  async "somebody without an account and without JavaScript reports, keeps the receipt and adds to it"(stage) {
    const page = await stage.visitor({ javaScriptEnabled: false });
    await page.goto("/report");
    assert.equal(await page.locator("h1").innerText(), "Report something");
    await page.getByText("Something looks wrong or unsafe", { exact: true }).click();
    await page.getByLabel("What happened?").fill("Somebody photographs screens on ward 2.\nSince Monday.");
    await page.getByLabel(/Since when, and where/).fill("Ward 2, evenings");
    await page.getByRole("button", { name: "Send the report" }).click();
    await page.getByRole("heading", { name: "Thank you. We have it." }).waitFor();
    const number = (await page.locator(".receipt").first().innerText()).trim();
    const code = (await page.locator(".receipt.code").innerText()).trim();
    assert.match(number, /^EVT-\d{4}-\d+$/);
    assert.ok(code.length >= 16, "a receipt that nobody guesses");
    assert.match(await page.locator("main").innerText(), /Waiting for somebody to look at it/);

    // On another machine, with nothing but the receipt.
    const later = await stage.visitor({ javaScriptEnabled: false });
    await later.goto("/report");
    await later.getByText("I have reported something and want to know where it stands").click();
    await later.locator("#receipt").fill(code.toLowerCase());
    await later.getByRole("button", { name: "Open the receipt" }).click();
    await later.getByText("Somebody photographs screens on ward 2.").waitFor();
    await later.locator("textarea[name=what]").fill("It happened again today.");
    await later.getByRole("button", { name: "Add to the report" }).click();
    await later.getByText("It happened again today.").waitFor();

    const api = await stage.api("agent");
    const event = await api.get(`/events/${number}`);
    assert.match(event.description, /photographs screens/);
    assert.match(event.description, /Ward 2, evenings/);
    assert.equal(event.sort, "suspicion");
    assert.equal(event.contact, null);

    // What was decided shows under the receipt, in plain words.
    await api.post(`/events/${number}/decision`, { outcome: "not_an_incident", ground: "benign", reason: "The photographer of the house." });
    await later.reload();
    assert.match(await later.locator("main").innerText(), /Somebody looked at it and found no incident/);
    assert.ok(!(await later.content()).includes("The photographer of the house"), "reasons stay inside");
  },

  async "a report without words, with the trap filled, or with a wrong receipt is told so and keeps what was written"(stage) {
    const page = await stage.visitor({ javaScriptEnabled: false });
    await page.goto("/report");
    const answer = await page.context().request.post("/report", {
      form: { what: "", where: "Ward 9", contact: "" }, headers: { Origin: stage.demo.base, Accept: "text/html" }, maxRedirects: 0,
    });
    assert.equal(answer.status(), 422);
    assert.match(await answer.text(), /Ward 9/);
    const trapped = await page.context().request.post("/report", {
      form: { what: "Buy now", website: "http://spam.example" }, headers: { Origin: stage.demo.base, Accept: "text/html" }, maxRedirects: 0,
    });
    assert.equal(trapped.status(), 422);
    assert.match(await trapped.text(), /Buy now/);
    const wrong = await page.goto("/report/received/AAAA-BBBB-CCCC-DDDD-EEEE");
    assert.equal(wrong.status(), 404);
  },

  async "a signed-in person finds the report among theirs"(stage) {
    const page = await stage.page("reporter");
    await page.goto("/report");
    await page.getByText("Something is broken", { exact: true }).click();
    await page.getByLabel("What happened?").fill("The lift of house B stops between floors.");
    await page.getByRole("button", { name: "Send the report" }).click();
    await page.waitForURL(/\/report\/(mine|received)\//);
    await page.goto("/report/mine");
    await page.getByText("The lift of house B stops between floors.").first().waitFor();
  },
};
