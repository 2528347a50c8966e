// Which rows a press with Shift takes in: from the last one pressed to this one.
// Plain numbers in, plain numbers out.

/**
 * @param {number} last the row pressed before, or -1
 * @param {number} at the row pressed now
 * @returns {number[]}
 */
export function between(last, at) {
  if (last < 0) return [at];
  const [from, to] = [Math.min(last, at), Math.max(last, at)];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
