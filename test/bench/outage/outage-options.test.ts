import assert from "node:assert/strict";
import { test } from "node:test";
import { OutageOptionError, plannedRounds, readOutageOptions } from "../../../bench/outage/outage-options.ts";

test("a full run measures ours with each number of keys three times, and the vendor's with the fewest and the most once", () => {
  const options = readOutageOptions({});
  assert.deepEqual([options.vendorSeconds, options.results], [120, "outage"]);
  const ours = [10, 10_000, 100_000].map((keys) => ({ procedure: "ours", keys }));
  const vendors = [10, 100_000].map((keys) => ({ procedure: "vendor", keys }));
  assert.deepEqual(plannedRounds(options), [[...ours, ...vendors], ours, ours]);
});

test("the vendor's may be measured more often, and with every number of keys", () => {
  const options = readOutageOptions({ ROUNDS: "1", VENDOR_ROUNDS: "2", KEYS: "10,10000,100000" });
  const rounds = plannedRounds(options);
  assert.deepEqual(
    rounds.map((cells) => cells.length),
    [6, 3],
  );
  assert.ok(rounds[1]?.every(({ procedure }) => procedure === "vendor"));
  assert.equal(options.results, "outage");
});

test("a quick run measures both procedures once with 10 keys, and leaves the full results alone", () => {
  const { cells, rounds, results } = readOutageOptions({ QUICK: "1" });
  assert.deepEqual(cells, [
    { procedure: "ours", keys: 10 },
    { procedure: "vendor", keys: 10 },
  ]);
  assert.deepEqual([rounds.ours, rounds.vendor, results], [1, 1, "outage-part"]);
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
