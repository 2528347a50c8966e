import assert from "node:assert/strict";
import test from "node:test";
import { IDLE_MS, mayRefresh, patienceMs } from "../js/idle.js";
import { counted, phrase } from "../js/phrase.js";
import { propose } from "../js/proposal.js";
import { between } from "../js/range.js";
import { keyOf, rank, step, used } from "../js/ranking.js";

/** D is a decisive question, d another; followed by the answer. */
const form = (/** @type {string} */ text) =>
  text.split(" ").filter(Boolean).map((c) => ({
    isDecisive: c[0] === "D",
    answer: { y: "yes", n: "no", "?": "unknown" }[c[1]] ?? "",
  }));

test("answers propose as the server does", () => {
  for (const [answers, proposed] of [
    ["Dy", "yes"], ["Dn dy dy", "yes"], ["Dn dy dn", "undetermined"], ["Dn dn", "no"],
    ["Dn d?", "undetermined"], ["D? d?", "undetermined"], ["", "undetermined"], ["Dn d.", "undetermined"],
  ]) assert.equal(propose(form(answers)), proposed, answers);
});

test("a page renews itself only when nobody is at it", () => {
  const still = {
    idleMs: IDLE_MS, isHidden: false, hasFocus: false, hasDialog: false, hasPicks: false,
    hasText: false, hasSelection: false,
  };
  assert.equal(mayRefresh(still), true);
  assert.equal(mayRefresh({ ...still, idleMs: IDLE_MS - 1 }), false);
  for (const use of ["isHidden", "hasFocus", "hasDialog", "hasPicks", "hasText", "hasSelection"]) {
    assert.equal(mayRefresh({ ...still, [use]: true }), false, use);
  }
});

test("patience grows to a minute", () => {
  assert.deepEqual([0, 1, 2, 3, 5, 50].map(patienceMs), [5_000, 5_000, 10_000, 20_000, 60_000, 60_000]);
});

test("what was used last comes first within its group", () => {
  const item = (/** @type {string} */ href) => ({ label: href, href });
  const groups = [
    { name: "Go to", items: [item("/a"), item("/b"), item("/c")] },
    { name: "Empty", items: [] },
    { name: "Do", items: [{ label: "Take", press: "a" }, { label: "Note", press: "n" }] },
  ];
  const ranked = rank(groups, ["press:n", "/c"]);
  assert.deepEqual(ranked.map((g) => g.items.map(keyOf)), [["/c", "/a", "/b"], ["press:n", "press:a"]]);
  assert.deepEqual(groups[0].items.map(keyOf), ["/a", "/b", "/c"]);
});

test("the palette remembers thirty uses, each once", () => {
  assert.deepEqual(used(["/a", "/b"], "/b"), ["/b", "/a"]);
  assert.equal(used(Array.from({ length: 40 }, (_, i) => `/${i}`), "/x").length, 30);
});

test("options go round", () => {
  assert.deepEqual([step(0, -1, 3), step(2, 1, 3), step(-1, 1, 3), step(0, 1, 0)], [2, 0, 0, -1]);
});

test("a range goes either way and begins anywhere", () => {
  assert.deepEqual(between(2, 5), [2, 3, 4, 5]);
  assert.deepEqual(between(5, 3), [3, 4, 5]);
  assert.deepEqual(between(-1, 3), [3]);
});

test("counted words take the form of their language", () => {
  assert.equal(phrase("%n change|%n changes", 1), "1 change");
  assert.equal(phrase("%n change|%n changes", 4), "4 changes");
  assert.equal(phrase("%n файл|%n файла|%n файлов", 3, "ru"), "3 файла");
  assert.equal(phrase("%n файл|%n файла|%n файлов", 21, "ru"), "21 файл");
  assert.equal(phrase("%n файл|%n файла|%n файлов", 5, "ru"), "5 файлов");
  assert.equal(counted("selected", 3), "3 selected");
});
