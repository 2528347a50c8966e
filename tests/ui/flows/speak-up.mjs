// Speaking up without a name, without JavaScript and without a cookie; the answer, the reply; and
// a name in trust, which takes two people to be seen.

import assert from "node:assert/strict";

const LISTENER = "beatrix@harbour.example";
const CUSTODIAN = "ruben@harbour.example";
const QUIET = { javaScriptEnabled: false };

async function spoken(stage, fill) {
  const page = await stage.visitor(QUIET);
  await page.goto("/report");
  await page.getByRole("link", { name: "Speak up in confidence" }).click();
  await fill(page);
  await page.getByRole("button", { name: "Send" }).click();
  const code = (await page.locator(".receipt").innerText()).trim();
  assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){4}$/);
  assert.ok(!page.url().includes(code), "the code stands in no address");
  return { page, code };
}

async function opened(stage, title) {
  const page = await stage.page(LISTENER);
  await page.goto("/disclosures");
  await page.getByRole("link", { name: title }).click();
  await page.getByRole("heading", { name: title, level: 1 }).waitFor();
  return page;
}

export default {
  async "somebody without a name is answered, and replies"(stage) {
    const title = "The alarms are switched off";
    const { page, code } = await spoken(stage, async (form) => {
      await form.getByLabel("Without a name").check();
      await form.getByLabel("What is it about?").selectOption("unsafe_practice");
      await form.getByLabel("What happened?").fill(`${title}\nEvery night, on the second floor.`);
    });
    const listener = await opened(stage, title);
    await listener.getByRole("button", { name: "Tell the reporter that it is taken up" }).click();
    await listener.getByText("The reporter can read that it is taken up.").waitFor();
    await listener.locator("#d-answer").fill("Which alarms are these?");
    await listener.getByRole("button", { name: "Send the answer" }).click();
    await listener.getByText("The reporter can read your answer.").waitFor();

    await page.goto("/speak-up/answer");
    await page.getByLabel("Your code").fill("0000-0000-0000-0000-0000");
    await page.getByRole("button", { name: "Read what was answered" }).click();
    await page.getByText("There is nothing under this code").waitFor();
    await page.getByLabel("Your code").fill(code.toLowerCase().replaceAll("-", " "));
    await page.getByRole("button", { name: "Read what was answered" }).click();
    await page.getByText("Which alarms are these?").waitFor();
    await page.getByLabel("Your reply").fill("Those of the pumps.");
    await page.getByRole("button", { name: "Send the reply" }).click();
    await page.getByText("Your reply has been sent.").waitFor();
    assert.ok(!page.url().includes(code.slice(0, 4)), page.url());
    assert.deepEqual(await page.context().cookies(), [], "there is no cookie");

    await listener.reload();
    await listener.getByText("Those of the pumps.").waitFor();
    const admin = await stage.page("admin");
    const answer = await admin.goto("/disclosures");
    assert.equal(answer.status(), 404, "administrators have no part in it");
    assert.equal(await admin.getByRole("link", { name: "In confidence" }).count(), 0);
  },
  async "a name in trust is seen by who asked, when somebody else agreed"(stage) {
    const title = "Samples are thrown away";
    await spoken(stage, async (form) => {
      await form.getByLabel("With my name in trust").check();
      await form.getByLabel("What happened?").fill(title);
      await form.getByLabel("Your name").fill("Wilma Witness");
    });
    const listener = await opened(stage, title);
    assert.equal(await listener.getByText("Wilma Witness").count(), 0);
    await listener.getByLabel("Why you must know it").fill("She must be protected at work.");
    await listener.getByRole("button", { name: "Ask for the name" }).click();
    await listener.getByText("waits for a custodian").waitFor();
    const custodian = await stage.page(CUSTODIAN);
    await custodian.goto("/disclosures");
    const asked = custodian.locator("article", { hasText: "She must be protected at work." });
    assert.equal(await custodian.getByText(title).count(), 0, "what was said is not for custodians");
    await asked.getByRole("button", { name: "Let them see it", exact: true }).click();
    await custodian.getByText("They may see the name.").waitFor();
    await listener.reload();
    await listener.getByRole("button", { name: "Show the name" }).click();
    await listener.getByText("Wilma Witness").waitFor();
    await listener.goto("/disclosures");
    await listener.getByRole("link", { name: title }).click();
    await listener.getByText("Saw the name").waitFor();
    assert.equal(await listener.getByText("Wilma Witness").count(), 0, "it was shown once");
  },
};
