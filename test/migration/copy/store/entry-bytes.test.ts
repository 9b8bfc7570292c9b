import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytesOf,
  compareKeys,
  copyKey,
  copyValue,
  hasSameValue,
  keyLength,
  valueLength,
} from "../../../../migration/copy/store/entry-bytes.ts";
import type { KeyValue } from "../../../../migration/copy/store/key-value-store.ts";

const pairs = ["", "a", "b", "ab", "a\0", "\xff", "\xff\xff", "ba"].flatMap((key) =>
  ["", "v", "w", "vw"].map((value) => ({ key: Buffer.from(key, "latin1"), value: Buffer.from(value) })),
);

/** As an entry of an answer: key and value lie somewhere in a larger buffer. */
function placed({ key, value }: KeyValue): KeyValue {
  const buffer = Buffer.concat([Buffer.from("before"), key, Buffer.from("between"), value, Buffer.from("after")]);
  const keyStart = 6;
  const valueStart = keyStart + key.length + 7;
  const place = { buffer, keyStart, keyEnd: keyStart + key.length, valueStart, valueEnd: valueStart + value.length };
  return { key, value, place };
}

test("entries compare as their Buffers do, whether or not they tell their places", () => {
  for (const left of pairs) {
    for (const right of pairs) {
      for (const [one, other] of [
        [left, right],
        [placed(left), placed(right)],
        [placed(left), right],
      ] as const) {
        assert.equal(compareKeys(one, other), left.key.compare(right.key));
        assert.equal(hasSameValue(one, other), left.value.equals(right.value));
      }
    }
  }
});

test("keys and values are measured and copied within the buffer they lie in", () => {
  for (const pair of pairs) {
    for (const entry of [pair, placed(pair)]) {
      assert.equal(keyLength(entry), pair.key.length);
      assert.equal(valueLength(entry), pair.value.length);
      assert.equal(bytesOf([entry, entry]), 2 * (pair.key.length + pair.value.length));
      const target = Buffer.alloc(20, ".");
      const keyEnd = copyKey(entry, target, 1);
      const valueEnd = copyValue(entry, target, keyEnd + 1);
      assert.deepEqual(target.subarray(1, keyEnd), pair.key);
      assert.deepEqual(target.subarray(keyEnd + 1, valueEnd), pair.value);
      assert.equal(target[valueEnd], ".".charCodeAt(0));
    }
  }
});
