import assert from "node:assert/strict";
import { test } from "node:test";
import { fillerEntry, fillerKinds, fillerNames } from "../../../bench/outage/filler.ts";

test("each filler lies under Trident's own key of its kind, in exactly 256 bytes of JSON with its name", () => {
  for (const kind of fillerKinds) {
    for (const name of fillerNames(3)) {
      const { key, value } = fillerEntry(kind, name);
      assert.equal(key, `/trident/v1/${kind}/${name}`);
      assert.equal(Buffer.byteLength(value), 256);
      assert.equal((JSON.parse(value) as { Config: { name: string } }).Config.name, name);
    }
  }
});

test("a filler volume lies on a backend that the legacy Trident has", () => {
  const { value } = fillerEntry("volume", "filler-0");
  assert.equal((JSON.parse(value) as { backend: string }).backend, "nas-gold");
});

test("the names differ and are in byte order", () => {
  const names = fillerNames(1_001);
  assert.equal(new Set(names).size, 1_001);
  assert.deepEqual([...names].sort(), names);
});
