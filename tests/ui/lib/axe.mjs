// axe-core on a page. It is put in by the debugger, so the content policy stays what it is.

import axe from "axe-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * What it finds, in the page or in the part that the selector names. Colours may be left out where
 * they are those of another look: they take most of the time.
 */
export async function findings(page, part = "html", { hasColours = true } = {}) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async ([tags, within, enabled]) => {
    const result = await window.axe.run(within, {
      runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], rules: { "color-contrast": { enabled } },
    });
    return result.violations.map(({ id, help, nodes }) => ({
      id, help, nodes: nodes.map((node) => `${node.target.join(" ")} | ${node.html.slice(0, 140)} | ${node.failureSummary?.split("\n").slice(1).join("; ").trim().slice(0, 240)}`),
    }));
  }, [TAGS, part, hasColours]);
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => ({ rule: `${id}: ${help}`, node })));
}

/** Findings of many screens, those of one kind together. */
export function told(found) {
  const kinds = groupBy(found, kindOf);
  return [...kinds.values()].map((same) => {
    const where = [...new Set(same.map((one) => one.where))];
    return `${same[0].rule}\n${same[0].node}\n${where.length} times: ${where.slice(0, 8).join(", ")}`;
  });
}

const kindOf = ({ rule, node }) => `${rule} ${node.split("|")[1]?.slice(0, 30) ?? node}`;

function groupBy(list, key) {
  const groups = new Map();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

/** How far the page can be scrolled sideways, in pixels, and by what. */
export const overflow = (page) => page.evaluate(() => {
  const root = document.scrollingElement;
  const over = root.scrollWidth - root.clientWidth;
  if (over <= 1) return "";
  const limit = root.clientWidth;
  const wide = [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && (box.right > limit + 1 || box.left < -1) && element.checkVisibility();
  });
  const names = wide.slice(0, 6).map((element) => `${element.tagName.toLowerCase()}.${element.className || element.id}`);
  return `${over} px too wide: ${names.join(", ")}`;
});
