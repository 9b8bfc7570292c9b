import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EmptyPrefixError,
  isInRange,
  keyAfter,
  keyPrefix,
  prefixRange,
} from "../../../../migration/copy/store/key-range.ts";

test("a prefix's range ends where its last byte is one higher", () => {
  assert.deepEqual(prefixRange("/trident/"), { from: Buffer.from("/trident/"), to: Buffer.from("/trident0") });
});

test("a 0xFF at the end is dropped and the byte before it raised", () => {
  assert.deepEqual(prefixRange(Buffer.of(0x61, 0xff, 0xff)).to, Buffer.of(0x62));
});

test("a prefix of nothing but 0xFF has no end", () => {
  const range = prefixRange(Buffer.of(0xff, 0xff));
  assert.deepEqual(range.to, Buffer.of(0));
  assert(isInRange(range, Buffer.of(0xff, 0xff, 0xff)));
  assert(!isInRange(range, Buffer.of(0xff)));
});

test("a prefix is a range that knows its text", () => {
  const { text, ...range } = keyPrefix("/träger/");
  assert.equal(text, "/träger/");
  assert.deepEqual(range, prefixRange("/träger/"));
});

test("an empty prefix is refused: it would be the whole store", () => {
  assert.throws(() => prefixRange(""), EmptyPrefixError);
  assert.throws(() => keyPrefix(""), EmptyPrefixError);
});

test("the key equal to the prefix belongs to the range, the end does not", () => {
  const range = prefixRange("/p/");
  assert(isInRange(range, Buffer.from("/p/")));
  assert(isInRange(range, Buffer.concat([Buffer.from("/p/"), Buffer.of(0xff, 0xff)])));
  assert(!isInRange(range, Buffer.from("/p0")));
  assert(!isInRange(range, Buffer.from("/p")));
});

test("no key fits between a key and the one after it", () => {
  assert.deepEqual(keyAfter(Buffer.from("a")), Buffer.from("a\0"));
});
