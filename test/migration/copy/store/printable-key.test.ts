import assert from "node:assert/strict";
import { test } from "node:test";
import { printableKey } from "../../../../migration/copy/store/printable-key.ts";

test("shows a UTF-8 key as it is", () => {
  assert.equal(printableKey(Buffer.from("/trident/v1/volume/größe-1")), "/trident/v1/volume/größe-1");
});

test("escapes control characters and the backslash", () => {
  assert.equal(printableKey(Buffer.from("a\0b\n\u001b[31m\\")), "a\\x00b\\x0a\\x1b[31m\\x5c");
});

test("escapes invisible characters by their bytes", () => {
  assert.equal(printableKey(Buffer.from("a\u202eb")), "a\\xe2\\x80\\xaeb");
});

test("escapes every byte beyond ASCII of a key that is not UTF-8", () => {
  assert.equal(printableKey(Buffer.of(0x2f, 0xc3, 0x28, 0xff)), "/\\xc3(\\xff");
});

test("cuts a very long key and gives its length", () => {
  assert.equal(printableKey(Buffer.alloc(1000, "k")), `${"k".repeat(256)}... (1000 bytes)`);
});
