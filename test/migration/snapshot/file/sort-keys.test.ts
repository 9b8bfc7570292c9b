import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { GatheredBytes } from "../../../../migration/snapshot/file/file-bytes.ts";
import { sortKeys, type KeySource, type SortLimits } from "../../../../migration/snapshot/file/sort-keys.ts";
import { TimeSlices } from "../../../../migration/snapshot/file/time-slices.ts";
import { SeededRandom } from "../../../faults/seeded-random.ts";

const few: SortLimits = { keys: 5, bytes: 60 };

describe("sorting keys that are read when they are compared", () => {
  const random = new SeededRandom(7);
  const below = (most: number) => random.whole(0, most - 1);
  const cases: Readonly<Record<string, readonly Buffer[]>> = {
    "no key": [],
    "a single key": [Buffer.from("a")],
    "keys that go on where others end": ["b", "a", "a\0", "a\0\0", "a\0\0\0", "a\0\0\0\0", "ab", "a\0b"].map((key) =>
      Buffer.from(key),
    ),
    "keys with much in common": Array.from({ length: 200 }, () => Buffer.from(`/trident/v1/volume/pvc-${below(60)}`)),
    "one key many times": Array.from({ length: 100 }, () => Buffer.from("/trident/v1/version")),
    "one key many times among others": Array.from({ length: 100 }, (_, each) =>
      Buffer.from(each % 3 > 0 ? "same" : `o${each}`),
    ),
    "keys of zeros alone": Array.from({ length: 60 }, () => Buffer.alloc(below(30) + 1)),
    "any bytes": Array.from({ length: 300 }, () =>
      Buffer.from(Array.from({ length: below(6) + 1 }, () => below(3) * 127)),
    ),
    "keys that are larger than what is sorted at once": Array.from({ length: 40 }, () =>
      Buffer.concat([Buffer.alloc(100, "x"), Buffer.from(String(below(10)))]),
    ),
  };
  for (const [name, keys] of Object.entries(cases)) {
    it(`sorts ${name}, the later of equal ones last`, async () => {
      const { order, isSameAsBefore } = await sortKeys(sourceOf(keys), new TimeSlices(), few);
      const expected = keys.map((_, index) => index).sort((one, other) => compare(keys, one, other) || one - other);
      assert.deepEqual([...order], expected);
      const same = expected.map((index, place) =>
        place > 0 && compare(keys, expected[place - 1], index) === 0 ? 1 : 0,
      );
      assert.deepEqual([...isSameAsBefore], same);
    });
  }

  it("sorts the same whatever is sorted at once", async () => {
    const keys = Array.from({ length: 500 }, () => Buffer.from(`${below(40)}/${below(40)}`));
    const orders = [];
    for (const limits of [few, { keys: 64, bytes: 1000 }, undefined]) {
      orders.push([...(await sortKeys(sourceOf(keys), new TimeSlices(), limits)).order]);
    }
    assert.deepEqual(orders[1], orders[0]);
    assert.deepEqual(orders[2], orders[0]);
  });
});

function compare(keys: readonly Buffer[], one: number | undefined, other: number | undefined): number {
  return (keys[one ?? -1] ?? Buffer.alloc(0)).compare(keys[other ?? -1] ?? Buffer.alloc(0));
}

function sourceOf(keys: readonly Buffer[]): KeySource {
  return {
    count: keys.length,
    keyLength: (index) => keys[index]?.length ?? 0,
    readKeys(indices): GatheredBytes {
      const read = Array.from(indices, (index) => keys[index] ?? Buffer.alloc(0));
      const starts = new Uint32Array(read.length + 1);
      read.forEach(({ length }, each) => (starts[each + 1] = (starts[each] ?? 0) + length));
      return { bytes: Buffer.concat(read), starts };
    },
  };
}
