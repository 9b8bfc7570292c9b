import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatQuantity, parseQuantity } from "../../../migration/kubernetes/quantity.ts";

describe("a quantity", () => {
  for (const [text, amount] of [
    ["0", 0],
    ["3", 3],
    ["250m", 0.25],
    ["0.5", 0.5],
    ["1e3", 1000],
    ["1k", 1000],
    ["2M", 2_000_000],
    ["1E", 1e18],
    ["128Mi", 128 * 2 ** 20],
    ["1.5Gi", 1.5 * 2 ** 30],
  ] as const) {
    it(`${text} is ${amount}`, () => {
      assert.equal(parseQuantity(text), amount);
    });
  }

  it("is not a number where it is none", () => {
    for (const text of ["", "much", "1 Gi", "5XB"]) assert.ok(Number.isNaN(parseQuantity(text)), text);
  });

  it("is written so that it suffices", () => {
    assert.equal(formatQuantity(3), "3");
    assert.equal(formatQuantity(0.25), "250m");
    assert.equal(formatQuantity(0.1 + 0.2), "300m");
    assert.equal(formatQuantity(1.0001), "1001m");
    assert.equal(formatQuantity(384 * 2 ** 20), "384Mi");
    assert.equal(formatQuantity(2 ** 20 + 1), "2Mi");
  });
});
