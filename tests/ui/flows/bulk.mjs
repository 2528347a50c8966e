// Several at once: a dry run says what would happen, and nothing happens before it is confirmed.

import assert from "node:assert/strict";

export default {
  async "picked by keyboard, looked at in a dry run, then done"(stage) {
    const api = await stage.api("manager");
    const numbers = [];
    for (let n = 0; n < 3; n++) numbers.push((await api.declare(`Bulk ${n}: flood of the same alarm`)).number);
    await api.post(`/incidents/${numbers[2]}/acknowledge`, {});
    const page = await stage.page("manager");
    await page.goto("/incidents?open=true&order=newest");
    for (const number of numbers) await page.locator(`input.check[value="${number}"]`).check();
    await page.locator(".picked-count").getByText("3 selected").waitFor();
    await page.locator("#bulk").getByRole("button", { name: "Acknowledge" }).click();
    await page.getByRole("heading", { level: 1, name: /Several at once/ }).waitFor();
    const main = page.locator("main");
    assert.match(await main.innerText(), /2 will change/);
    assert.match(await main.innerText(), /Nothing has changed yet/);
    assert.equal((await api.get(`/incidents/${numbers[0]}`)).stage.is, "new", "a dry run is dry");
    await page.getByRole("button", { name: "Change 2" }).click();
    await page.getByText("2 changed").waitFor();
    for (const number of numbers) {
      assert.notEqual((await api.get(`/incidents/${number}`)).stage.is, "new", number);
    }
    await page.getByRole("link", { name: "Back to the list" }).click();
    await page.waitForURL(/\/incidents\?open=true/);
  },
};
