import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { copyState } from "../../../migration/copy/copy-state.ts";
import {
  EmptySourceError,
  ForeignKeysInDestinationError,
  LeasedKeysError,
  SameStoreError,
} from "../../../migration/copy/errors.ts";
import { prefixRange } from "../../../migration/copy/key-range.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";

let from: EtcdProcess;
let to: EtcdProcess;

before(async () => {
  [from, to] = await Promise.all([startEtcd(), startEtcd()]);
});

after(async () => {
  await Promise.all([from.stop(), to.stop()]);
});

test("copies and proves a state in one call, and says which phase it is in", async () => {
  await from.client.put("/whole/a").value("1");
  await from.client.put("/whole/b").value("22");
  const phases = new Set<string>();
  const range = prefixRange("/whole/");
  const copied = await copyState({ ...stores(), range, onProgress: ({ phase }) => phases.add(phase) });
  assert.deepEqual([...phases], ["checking", "copying", "verifying"]);
  assert.equal(copied.keys, 2);
  assert.equal(copied.bytes, "/whole/a1/whole/b22".length);
  assert.equal(copied.keysAlreadyThere, 0);
  assert.equal(await to.client.get("/whole/b").string(), "22");

  const again = await copyState({ ...stores(), range });
  assert.equal(again.keysAlreadyThere, 2);
  assert.equal(again.sha256, copied.sha256);
});

test("refuses one and the same cluster on both sides", async () => {
  const range = prefixRange("/whole/");
  await assert.rejects(copyState({ source: from.store, destination: from.store, range }), SameStoreError);
});

test("refuses keys of somebody else in the destination, and writes nothing", async () => {
  await from.client.put("/shared/mine").value("1");
  await to.client.put("/shared/theirs").value("secret-value");
  await assert.rejects(copyState({ ...stores(), range: prefixRange("/shared/") }), (error: Error) => {
    assert(error instanceof ForeignKeysInDestinationError);
    assert.match(error.message, /\/shared\/theirs/);
    assert.doesNotMatch(error.message, /secret-value/);
    return true;
  });
  assert.equal(await to.client.get("/shared/mine"), null);
});

test("refuses an empty source unless that is allowed", async () => {
  const range = prefixRange("/nothing/");
  await assert.rejects(copyState({ ...stores(), range }), EmptySourceError);
  assert.equal((await copyState({ ...stores(), range, allowEmptySource: true })).keys, 0);
});

test("refuses keys with a lease unless told to copy them without", async () => {
  const lease = from.client.lease(600);
  await lease.put("/leased/a").value("1");
  const range = prefixRange("/leased/");
  try {
    await assert.rejects(copyState({ ...stores(), range }), LeasedKeysError);
    assert.equal(await to.client.get("/leased/a"), null);
    assert.equal((await copyState({ ...stores(), range, leases: "copy-without" })).keys, 1);
    const [copied] = (await to.store.range(range)).entries;
    assert.equal(copied?.lease, 0n);
  } finally {
    await lease.revoke();
  }
});

function stores(): { source: EtcdProcess["store"]; destination: EtcdProcess["store"] } {
  return { source: from.store, destination: to.store };
}
