import assert from "node:assert/strict";
import test from "node:test";
import { inField, local, outOfField, remaining, running, span, universal } from "../js/clock.js";

test("spans are as short as the server's", () => {
  for (const [seconds, said] of [
    [-5, "now"], [5, "now"], [60, "1 min"], [2_280, "38 min"], [3_600, "1 h"], [3_720, "1 h 2 min"],
    [90_000, "1 d 1 h"], [259_200, "3 d"], [2_000_000, "23 d"],
  ]) assert.equal(span(/** @type {number} */ (seconds)), said);
});

test("spans are said in the words of the page", () => {
  const words = { moment: "jetzt", minutes: "%n Min.", hours: "%n Std.", days: "%n T." };
  assert.equal(span(3_720, words), "1 Std. 2 Min.");
});

test("running time is hours and minutes, with a minus when it is over", () => {
  for (const [seconds, said] of [
    [0, "00:00"], [59, "00:00"], [2_520, "00:42"], [256_320, "71:12"], [-30, "00:00"], [-300, "−00:05"],
  ]) assert.equal(running(/** @type {number} */ (seconds)), said);
});

test("what is left is said in seconds at last", () => {
  for (const [seconds, said] of [[2_520, "00:42"], [60, "00:01"], [59, "60 s"], [31, "35 s"], [1, "5 s"], [0, "00:00"], [-300, "−00:05"]]) {
    assert.equal(remaining(/** @type {number} */ (seconds)), said);
  }
});

test("a moment says no more of the date than the reader needs", () => {
  const now = new Date("2026-11-22T00:30:00Z");
  const zone = "Europe/Berlin";
  for (const [at, said] of [
    ["2026-11-21T23:31:00Z", "00:31"],
    ["2026-11-21T22:59:00Z", "yesterday 23:59"],
    ["2026-11-23T08:00:00Z", "tomorrow 09:00"],
    ["2026-11-12T13:31:00Z", "12 Nov 14:31"],
    ["2025-11-12T13:31:00Z", "12 Nov 2025 14:31"],
  ]) assert.equal(local(new Date(at), now, "en-GB", zone), said);
  assert.equal(local(new Date("2026-11-20T23:10:00Z"), now, "de", zone), "gestern 00:10");
});

test("days are counted by the calendar, also when the clocks change", () => {
  const now = new Date("2026-10-25T22:30:00Z");
  assert.equal(local(new Date("2026-10-24T21:30:00Z"), now, "en-GB", "Europe/Berlin"), "yesterday 23:30");
});

test("the title says the moment for everybody", () => {
  assert.equal(universal(new Date("2026-11-12T15:31:05+01:00")), "2026-11-12 14:31:05 UTC");
});

test("a moment goes into a field and comes out of it as it was, wherever that is", () => {
  for (const text of ["2026-03-01T10:30", "2026-10-25T23:59", "2026-03-29T12:00"]) {
    assert.equal(outOfField(/** @type {string} */ (inField(text))), `${text}:00Z`);
  }
  assert.equal(inField(""), null);
  assert.equal(inField("soon"), null);
  assert.equal(outOfField(""), null);
  assert.equal(outOfField("soon"), null);
});
