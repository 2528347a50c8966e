// What the answers of an assessment propose: the same rule as the server's, for showing at once.
// It proposes and never decides; the server works it out again from what is sent.

/** @typedef {{answer: string, isDecisive: boolean}} Criterion answer: "yes", "no" or anything else */

/**
 * A decisive yes, or two others, propose yes. All answered no propose no. Anything else stays
 * open: a question that nobody answered is not a no.
 * @param {Criterion[]} criteria
 * @returns {"yes"|"no"|"undetermined"}
 */
export function propose(criteria) {
  const yes = criteria.filter((criterion) => criterion.answer === "yes");
  const weight = yes.reduce((sum, criterion) => sum + (criterion.isDecisive ? 2 : 1), 0);
  if (weight >= 2) return "yes";
  const areAllNo = criteria.length > 0 && criteria.every((criterion) => criterion.answer === "no");
  return areAllNo ? "no" : "undetermined";
}
