import assert from "node:assert/strict";
import test from "node:test";
import { follow, isControl, isWriting, stroke } from "../js/strokes.js";

test("shortcuts of the browser are left to it", () => {
  assert.equal(stroke({ key: "a" }), "a");
  assert.equal(stroke({ key: " " }), "Space");
  assert.equal(stroke({ key: "?" }), "?");
  assert.equal(stroke({ key: "Enter" }), "Enter");
  assert.equal(stroke({ key: "Shift" }), null);
  for (const held of ["ctrlKey", "metaKey", "altKey", "isComposing"]) {
    assert.equal(stroke({ key: "a", [held]: true }), null, held);
  }
});

test("letters are text where text is written", () => {
  assert.equal(isWriting({ tagName: "TEXTAREA" }), true);
  assert.equal(isWriting({ tagName: "INPUT", type: "search" }), true);
  assert.equal(isWriting({ tagName: "SELECT" }), true);
  assert.equal(isWriting({ tagName: "DIV", isContentEditable: true }), true);
  assert.equal(isWriting({ tagName: "INPUT", type: "checkbox" }), false);
  assert.equal(isWriting({ tagName: "BODY" }), false);
  assert.equal(isWriting(null), false);
  assert.equal(isControl({ tagName: "A" }), true);
});

test("sequences are followed, and a wrong turn begins anew", () => {
  const known = ["g i", "g t", "a", "t"];
  const typed = (/** @type {string} */ keys) => {
    let before = "";
    const fired = [];
    for (const key of keys) {
      const step = follow(before, key, known);
      before = step.before;
      if (step.fire) fired.push(step.fire);
    }
    return fired;
  };
  assert.deepEqual(typed("gi"), ["g i"]);
  assert.deepEqual(typed("gt"), ["g t"]);
  assert.deepEqual(typed("t"), ["t"]);
  assert.deepEqual(typed("ga"), ["a"]);
  assert.deepEqual(typed("ggi"), ["g i"]);
  assert.deepEqual(typed("gxi"), []);
});
