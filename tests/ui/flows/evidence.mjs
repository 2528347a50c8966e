// Evidence from the plan to the bundle: an engineer collects and uploads in the browser, hands it
// over, two people release it, and the bundle is verified offline by the stand-alone verifier.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { act } from "../lib/acts.mjs";
import { findings, overflow } from "../lib/axe.mjs";
import { LOOKS } from "../lib/browser.mjs";
import { binary } from "../lib/server.mjs";

/** An incident of security whose memory image the engineer is to get. */
async function planned(stage, title) {
  const officer = await stage.api("officer");
  const { number } = await officer.declare(title, { impact: "moderate", urgency: "high" });
  const page = await stage.page("officer");
  await page.goto(`/incidents/${number}`);
  await act(page, `/incidents/${number}/evidence`, { title: "Memory of pay-03", sort: "memory_image", assignee: await choice(page, "Ada") });
  return { number, exhibit: page.url().match(/EVD-\d+-\d+/)[0], officer: page };
}

/** The value of the choice of a person, by their first name. */
const choice = (page, name) =>
  page.locator("select[name=assignee], select[name=to]").last().locator("option", { hasText: name }).first().getAttribute("value");

async function collected(page, exhibit) {
  await page.goto(`/evidence/${exhibit}`);
  await act(page, "/do/collect", { method: "Dumped over the management network.", authority: "The security lead.", tool: "avml" });
}

export default {
  async "evidence is planned, collected, sent in parts, handed over, released by two and bundled"(stage) {
    const { number, exhibit, officer } = await planned(stage, "Evidence: from the plan to the bundle");
    const engineer = await stage.page("engineer");
    await collected(engineer, exhibit);
    // More than one part, so that the parts' hashes and offsets matter.
    const bytes = randomBytes(9 * 1024 * 1024);
    const file = join(mkdtempSync(join(tmpdir(), "exhibit-")), "pay-03.lime");
    writeFileSync(file, bytes);
    await engineer.locator("#x-file").setInputFiles(file);
    await engineer.locator("b-upload button").click();
    await engineer.locator(".custody", { hasText: "Sealed" }).waitFor();
    const hash = createHash("sha256").update(bytes).digest("hex");
    assert.match(await engineer.locator("main").innerText(), new RegExp(hash));
    await engineer.locator("#x-compare").setInputFiles(file);
    await engineer.getByText("The same bytes.").waitFor();

    await act(engineer, "/do/offer", { to: await choice(engineer, "Lukas"), reason: "For safe keeping." });
    await officer.goto(`/evidence/${exhibit}`);
    await act(officer, "/do/accept");
    await act(officer, "/do/verify");
    await officer.getByText("bytes match").first().waitFor();
    await act(officer, "/do/request-release", { recipient: "State police", purpose: "Investigation.", legal_basis: "Their order." });
    assert.equal(await officer.locator("form[action$='/approve']").count(), 0, "nobody approves what they asked for");
    const release = (await officer.locator("form[action*='/requests/']").first().getAttribute("action")).match(/req_\w+/)[0];

    const manager = await stage.page("manager");
    await manager.goto(`/evidence/${exhibit}`);
    await act(manager, "/approve");
    assert.equal(await manager.locator("form[action$='/carry-out']").count(), 0, "one is not enough");
    await (await stage.api("custodian")).post(`/incidents/${number}/requests/${release}/approve`, {});
    await manager.reload();
    await act(manager, "/carry-out");
    const download = manager.waitForEvent("download");
    await manager.getByRole("button", { name: "Bundle with its bytes" }).click();
    const bag = join(dirname(file), "bundle.tar");
    await (await download).saveAs(bag);
    const verifier = join(dirname(binary()), "bifold-verify");
    const said = execFileSync(verifier, [bag], { encoding: "utf8" });
    assert.match(said, /1 with their bytes, 0 withheld/);
    assert.match(said, /VERIFIED/);

    const agent = await stage.page("agent");
    const answer = await agent.goto(`/evidence/${exhibit}`);
    assert.equal(answer.status(), 404, "the lane is closed to the desk");
  },

  async "an exhibit is accessible in every look, and its forms work without modules"(stage) {
    const { exhibit } = await planned(stage, "Evidence: seen in every look");
    const engineer = await stage.page("engineer", { javaScriptEnabled: false });
    await engineer.goto(`/evidence/${exhibit}`);
    await engineer.locator("summary", { hasText: "I have it" }).click();
    const form = engineer.locator("form[action$='/do/collect']");
    await form.locator("[name=method]").fill("A picture was taken.");
    await form.locator("[name=authority]").fill("The security lead.");
    await form.locator("button").click();
    await engineer.locator("summary", { hasText: "numbered bag" }).click();
    await engineer.locator("[name=seal]").fill("B-0042");
    await engineer.locator("form[action$='/do/seal'] button").click();
    await engineer.getByText("B-0042").first().waitFor();
    for (const [look, options] of Object.entries(LOOKS)) {
      const page = await stage.page("officer", options);
      for (const path of [`/evidence/${exhibit}`, "/evidence"]) {
        await page.goto(path);
        assert.deepEqual((await findings(page)).map(({ rule, node }) => `${look} ${path} ${rule} ${node}`), []);
        assert.equal(await overflow(page), "", `${look} ${path}`);
      }
    }
  },
};

