import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPageKeys, smallerPageKeys } from "../../../../migration/copy/read/page-size.ts";

test("grows thirty-two-fold at most, up to 8,000 keys, while values are small", () => {
  assert.equal(nextPageKeys(256, { keys: 256, bytes: 256 * 300 }), 8_000);
  assert.equal(nextPageKeys(64, { keys: 64, bytes: 64 * 100 }), 2_048);
});

test("asks for about 4 MiB when values are large", () => {
  assert.equal(nextPageKeys(256, { keys: 256, bytes: 256 * 64 * 1024 }), 64);
});

test("asks for a single key when one value exceeds a page", () => {
  assert.equal(nextPageKeys(8, { keys: 2, bytes: 20 * 1024 * 1024 }), 1);
});

test("halves down to one key and then has nothing smaller", () => {
  assert.equal(smallerPageKeys(3), 1);
  assert.equal(smallerPageKeys(1), undefined);
});
