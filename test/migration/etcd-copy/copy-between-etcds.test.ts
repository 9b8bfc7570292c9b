import assert from "node:assert/strict";
import { test } from "node:test";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import { copyBetweenEtcds, type CopyEnvironment } from "../../../migration/etcd-copy/copy-between-etcds.ts";
import type { CopyRequest, CopyResult } from "../../../migration/etcd-copy/copy-request.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { MigrationInterruptedError } from "../../../migration/lease/interruption.ts";
import { leaseInMemory } from "../lease/lease-in-memory.ts";
import { MemoryStore } from "../copy/memory-store.ts";

const REQUEST: CopyRequest = {
  cluster: {},
  source: { kind: "existing" as const, namespace: "shop", endpoints: ["http://old:2379"] },
  destination: { kind: "managed" as const, namespace: "shop", etcdCluster: "db", clientSecret: "etcd-client-tls" },
  prefix: keyPrefix("/inventory/"),
  timeoutSeconds: 10,
};
const ENTRIES = Object.fromEntries(
  Array.from({ length: 300 }, (_, index) => [`/inventory/${1_000 + index}`, `value ${index}`]),
);
const OTHERS = { "/orders/1": "not to be copied" };

test("copies the keys below the prefix, and those alone", async () => {
  const { source, destination } = sides({ "/settings/a": "kept" });
  const before = source.entries();
  const result = await copy({ source, destination });

  assert.deepEqual(destination.entries(), { ...ENTRIES, "/settings/a": "kept" });
  assert.deepEqual(source.entries(), before);
  assert.deepEqual([result.keys, result.keysAlreadyThere], [300, 0]);
  assert.deepEqual([result.sourceClusterId, result.destinationClusterId], ["1", "2"]);
  assert.match(result.sha256, /^[0-9a-f]{64}$/);
  assert.ok(result.startedAt <= result.finishedAt);
  assert.ok(source.closed && destination.closed);
});

test("goes on from what a killed run left, and counts it", async () => {
  const left = Object.fromEntries(Object.entries(ENTRIES).slice(100, 220));
  const { source, destination } = sides(left);
  assert.equal((await copy({ source, destination })).keysAlreadyThere, 120);
  assert.deepEqual(destination.entries(), ENTRIES);
});

for (const [what, write] of [
  [
    "replaced",
    (source: MemoryStore) => {
      source.put("/inventory/1000", "new");
    },
  ],
  [
    "created",
    (source: MemoryStore) => {
      source.put("/inventory/9999", "new");
    },
  ],
  [
    "deleted",
    (source: MemoryStore) => {
      source.remove("/inventory/1000");
    },
  ],
] as const) {
  test(`fails, with nothing left in the destination, when a key of the source is ${what} meanwhile`, async () => {
    const { source, destination } = sides({ "/inventory/1001": "value 1" });
    whenFirstWritten(destination, () => {
      write(source);
    });
    await assert.rejects(copy({ source, destination }), (error: Error) => {
      assert.equal(error.name, "EtcdCopyError");
      assert.match(
        error.message,
        /keys below \/inventory\/ were not copied from the etcd at http:\/\/old:2379 to EtcdCluster db/,
      );
      assert.match(error.message, /Stop everything that writes there.*What had been written was removed again/s);
      assert.doesNotMatch(error.message, /value \d|new/);
      return true;
    });
    assert.deepEqual(destination.entries(), { "/inventory/1001": "value 1" });
    assert.ok(source.closed && destination.closed);

    // The next run, with the writers stopped.
    const again = sides(destination.entries(), source.entries());
    assert.equal((await copy(again)).keys, Object.keys(source.entries()).length - 1);
  });
}

test("minds no write to the source beside the prefix", async () => {
  const { source, destination } = sides();
  whenFirstWritten(destination, () => {
    source.put("/orders/2", "new");
  });
  assert.equal((await copy({ source, destination })).keys, 300);
});

test("overwrites nothing, and says that nothing was written", async () => {
  const { source, destination } = sides({ "/inventory/1000": "theirs" });
  await assert.rejects(copy({ source, destination }), /already holds 1 key .*Nothing was written/s);
  assert.deepEqual(destination.entries(), { "/inventory/1000": "theirs" });
});

test("refuses one etcd as both sides", async () => {
  const { source } = sides();
  await assert.rejects(copy({ source, destination: new MemoryStore("the same", "1") }), /are the same etcd cluster/);
});

test("refuses a source without such keys, unless that is allowed", async () => {
  const empty = (): Sides => sides({}, OTHERS);
  await assert.rejects(copy(empty()), /no key under \/inventory\/.*set allowEmptySource/s);
  assert.equal((await copy(empty(), { allowEmptySource: true })).keys, 0);
});

test("takes back what it wrote when the destination fails in the midst", async () => {
  const { source, destination } = sides();
  destination.createAll = (entries) =>
    entries.some(({ key }) => key.toString() === "/inventory/1299")
      ? Promise.reject(new StoreError("permanent", "broken"))
      : MemoryStore.prototype.createAll.call(destination, entries);
  await assert.rejects(copy({ source, destination }), /: .*broken\. What had been written was removed again/s);
  assert.deepEqual(destination.entries(), {});
});

test("says so when it can't take back what it wrote", async () => {
  const { source, destination } = sides();
  whenFirstWritten(destination, () => {
    source.put("/inventory/1000", "new");
  });
  destination.deleteUnchanged = () => Promise.reject(new StoreError("permanent", "read-only"));
  await assert.rejects(copy({ source, destination }), /could not all be removed from EtcdCluster db .*\(read-only\)/s);
});

test("takes back what it wrote when it is interrupted", async () => {
  const { source, destination } = sides();
  const controller = new AbortController();
  whenFirstWritten(destination, () => {
    controller.abort(new MigrationInterruptedError());
  });
  await assert.rejects(
    copy({ source, destination }, {}, controller.signal),
    /it was interrupted\. What had been written/,
  );
  assert.deepEqual(destination.entries(), {});
});

test("closes the source when the destination can't be opened", async () => {
  const { source } = sides();
  const environment: CopyEnvironment = {
    acquireLease: leaseInMemory,
    open: (address) =>
      "etcdCluster" in address ? Promise.reject(new Error("no ready member.")) : Promise.resolve(source),
  };
  await assert.rejects(
    copyBetweenEtcds(REQUEST, environment, () => undefined),
    /: no ready member\. Nothing was written\./,
  );
  assert.ok(source.closed);
});

interface Sides {
  readonly source: MemoryStore;
  readonly destination: MemoryStore;
}

function sides(there: Record<string, string> = {}, entries: Record<string, string> = { ...ENTRIES, ...OTHERS }): Sides {
  return { source: new MemoryStore("source", "1", entries), destination: new MemoryStore("destination", "2", there) };
}

function copy(
  { source, destination }: Sides,
  request: Partial<CopyRequest> = {},
  signal?: AbortSignal,
): Promise<CopyResult> {
  const environment: CopyEnvironment = {
    acquireLease: leaseInMemory,
    open: (address) => Promise.resolve("etcdCluster" in address ? destination : source),
  };
  return copyBetweenEtcds({ ...REQUEST, ...request }, environment, () => undefined, signal);
}

/** Once the first transaction of the copy is in the destination. */
function whenFirstWritten(destination: MemoryStore, act: () => void): void {
  let done = false;
  destination.createAll = async (entries) => {
    const outcome = await MemoryStore.prototype.createAll.call(destination, entries);
    if (!done) {
      done = true;
      act();
    }
    return outcome;
  };
}
