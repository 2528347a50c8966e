// Pictures of the screens, from the demonstration:
//   node screenshots.mjs OUT [--tour] [--only NAME]…
// --tour makes the few that the README shows, in the looks it shows them in.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DESK, launch, PHONE } from "./lib/browser.mjs";
import { picture } from "./lib/picture.mjs";
import { demo } from "./lib/server.mjs";
import { Stage } from "./lib/stage.mjs";
import { visit } from "./lib/visit.mjs";
import { SCREENS } from "./screens.mjs";

const LOOKS = {
  light: { ...DESK, colorScheme: "light" },
  dark: { ...DESK, colorScheme: "dark" },
  phone: { ...PHONE, colorScheme: "light" },
};
/** What the README shows. */
const TOUR = {
  light: ["day-manager", "triage", "queue", "incident-both", "gate", "exhibit", "assess-security"],
  dark: ["incident-sev1"],
  phone: ["report", "incident-sev1"],
};

const { values, positionals } = parseArgs({
  allowPositionals: true, options: { tour: { type: "boolean" }, only: { type: "string", multiple: true } },
});
const out = positionals[0];
if (!out) throw new Error("where to?");
mkdirSync(out, { recursive: true });

const hospital = await demo();
const browser = await launch();
let made = 0;
try {
  for (const [look, options] of Object.entries(LOOKS)) {
    const isWanted = ({ name }) => (!values.tour || TOUR[look].includes(name)) && (!values.only || values.only.includes(name));
    const stage = new Stage(browser, hospital);
    const states = (screen) => (values.tour ? ["full"] : screen.states);
    const screens = SCREENS.filter(isWanted).map((screen) => ({ ...screen, states: states(screen) }));
    await visit(stage, screens, options, async (page, { name }, state) => {
      await page.mouse.move(0, 0);
      const suffix = state === "empty" && !name.endsWith("-empty") ? "-empty" : "";
      writeFileSync(join(out, `${name}${suffix}-${look}.webp`), await picture(page));
      made += 1;
    });
    await stage.close();
  }
} finally {
  await browser.close();
  await hospital.stop();
}
console.log(`${made} pictures in ${out}`);
