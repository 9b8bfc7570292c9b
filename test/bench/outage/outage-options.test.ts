import assert from "node:assert/strict";
import { test } from "node:test";
import { OutageOptionError, readOutageOptions } from "../../../bench/outage/outage-options.ts";

test("a full run measures both procedures with each number of keys, three times", () => {
  const { cells, rounds, vendorSeconds, results } = readOutageOptions({});
  assert.equal(cells.length, 6);
  assert.deepEqual([rounds, vendorSeconds, results], [3, 600, "outage"]);
});

test("a quick run measures both procedures once with 10 keys, and leaves the full results alone", () => {
  const { cells, rounds, results } = readOutageOptions({ QUICK: "1" });
  assert.deepEqual(cells, [
    { procedure: "ours", keys: 10 },
    { procedure: "vendor", keys: 10 },
  ]);
  assert.deepEqual([rounds, results], [1, "outage-part"]);
});

test("filters choose keys and procedures, and leave the full results alone", () => {
  const { cells, results } = readOutageOptions({ KEYS: "10, 100000", PROCEDURES: "ours", ROUNDS: "5" });
  assert.deepEqual(
    cells.map(({ keys }) => keys),
    [10, 100_000],
  );
  assert.equal(results, "outage-part");
});

test("with filler that Trident reads, even a run of all figures leaves the full results alone", () => {
  assert.equal(readOutageOptions({}).filler, "snapshot");
  const { filler, results } = readOutageOptions({ FILLER: "volume" });
  assert.deepEqual([filler, results], ["volume", "outage-part"]);
});

test("a setting that cannot be is refused with what it can be", () => {
  assert.throws(() => readOutageOptions({ KEYS: "11" }), {
    name: OutageOptionError.name,
    message: /10, 10000, 100000/,
  });
  assert.throws(() => readOutageOptions({ FILLER: "txn" }), OutageOptionError);
  assert.throws(() => readOutageOptions({ ROUNDS: "0" }), OutageOptionError);
});
