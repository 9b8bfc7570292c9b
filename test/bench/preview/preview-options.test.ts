import assert from "node:assert/strict";
import { test } from "node:test";
import {
  PreviewOptionError,
  previewCells,
  readPreviewOptions,
  upCells,
} from "../../../bench/preview/preview-options.ts";

test("a full run measures six figures, with 10 and 100,000 keys, seven times", () => {
  const options = readPreviewOptions({ SEED: "3" });
  assert.deepEqual(options, { fewKeys: 10, manyKeys: 100_000, rounds: 7, seed: 3, results: "preview" });
  const cells = [...previewCells(options), ...upCells(options)];
  assert.equal(new Set(cells.map(({ what, keys }) => `${what} ${keys}`)).size, 6);
});

test("a quick run has fewer keys and rounds, and leaves the full results alone", () => {
  const { manyKeys, rounds, results } = readPreviewOptions({ QUICK: "1" });
  assert.deepEqual([manyKeys, rounds, results], [10_000, 2, "preview-quick"]);
  assert.equal(readPreviewOptions({ QUICK: "0" }).results, "preview");
});

test("a setting that cannot be is refused with what it can be", () => {
  assert.throws(() => readPreviewOptions({ ROUNDS: "0" }), {
    name: PreviewOptionError.name,
    message: "ROUNDS=0: expected a whole number from 1 on",
  });
});
