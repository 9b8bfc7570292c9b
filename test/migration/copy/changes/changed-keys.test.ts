import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangedKeysCollector } from "../../../../migration/copy/changes/changed-keys.ts";
import type { StoredKeyValue } from "../../../../migration/copy/store/key-value-store.ts";

test("neighbours that change alike are one run; a key that stays, or changes otherwise, ends it", () => {
  const changed = new ChangedKeysCollector();
  for (const key of ["a", "b"]) changed.create(entry(key));
  changed.keep();
  changed.create(entry("d"));
  changed.replace(entry("e"), entry("e", 7n));
  changed.create(entry("f"));

  const [created, replaced] = changed.take(true);

  assert.deepEqual(
    created?.runs.map(({ range, keys }) => [range.from.toString(), range.to.toString(), keys]),
    [
      ["a", "b\0", 2],
      ["d", "d\0", 1],
      ["f", "f\0", 1],
    ],
  );
  assert.deepEqual(
    replaced?.runs.map(({ keys }) => keys),
    [1],
  );
  assert.deepEqual(
    replaced.stale.map(({ key, modRevision }) => [key.toString(), modRevision]),
    [["e", 7n]],
  );
});

test("a key that only the destination has lies in no run of the source and ends none", () => {
  const changed = new ChangedKeysCollector();
  changed.create(entry("a"));
  changed.delete(entry("b"));
  changed.create(entry("c"));

  const [created, deleted] = changed.take(true);

  assert.equal(created?.runs.length, 1);
  assert.deepEqual([deleted?.kind, deleted?.stale.length, deleted?.runs.length], ["delete", 1, 0]);
});

test("a group holds what one transaction may create, is handed out when full, and only once", () => {
  const changed = new ChangedKeysCollector();
  for (let index = 0; index < 300; index += 1) changed.create(entry(String(index).padStart(3, "0")));

  assert.deepEqual(sizes(changed.take(false)), [128, 128]);
  assert.deepEqual(sizes(changed.take(true)), [44]);
  assert.deepEqual(sizes(changed.take(true)), []);
});

test("a kept key does not keep the page it was read with", () => {
  const page = Buffer.from("a page with key-1 in it");
  const changed = new ChangedKeysCollector();
  changed.create({ ...entry("x"), key: page.subarray(12, 17) });
  page.fill(0);
  assert.equal(changed.take(true)[0]?.runs[0]?.range.from.toString(), "key-1");
});

function sizes(groups: ReturnType<ChangedKeysCollector["take"]>): number[] {
  return groups.map(({ runs }) => runs.reduce((sum, { keys }) => sum + keys, 0));
}

function entry(key: string, modRevision = 1n): StoredKeyValue {
  return { key: Buffer.from(key), value: Buffer.alloc(0), createRevision: modRevision, modRevision, lease: 0n };
}
