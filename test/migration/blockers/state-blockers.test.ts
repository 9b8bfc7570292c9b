import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  brokenReferences,
  foreignKeys,
  leasedKeys,
  legacyDisagrees,
  openTransactions,
} from "../../../migration/blockers/state-blockers.ts";

const legacy = {
  ...{ namespace: "storage", name: "trident", claim: "trident", clientPort: 8001 },
  etcdContainer: { name: "etcd" },
};
const none = { count: 0, first: [] };

describe("keys in the way of the copy", () => {
  const foreign = (count: number, ...first: string[]) => foreignKeys("the new etcd", "/trident/", { count, first });

  it("are counted and named, the first few of many", () => {
    assert.match(
      foreign(1, "/trident/a").message,
      /1 key under \/trident\/ differs from the old Trident's state or is not in it: \/trident\/a\. Nothing/,
    );
    assert.match(
      foreign(3, "/trident/a").message,
      /3 keys under \/trident\/ differ from the old Trident's state or are not in it: \/trident\/a and 2 more\. Nothing/,
    );
    assert.match(foreign(1, "/trident/a").remedy, /needs it, delete it with/);
    assert.match(foreign(3, "/trident/a").remedy, /needs them, delete them with/);
  });

  it("that can't be compared are not from this migration", () => {
    assert.match(foreign(1).message, /1 key under \/trident\/ is not from this migration\. Nothing/);
    assert.match(foreign(2).message, /2 keys under \/trident\/ are not from this migration\. Nothing/);
  });

  it("may have a lease", () => {
    assert.match(
      leasedKeys(legacy, { count: 1, first: ["a"] }).message,
      /^1 of the old Trident's keys has a lease.*: a\.$/,
    );
    assert.match(leasedKeys(legacy, { count: 2, first: ["a", "b"] }).message, /keys have a lease.*: a, b\.$/);
  });
});

describe("a state that names what it does not have", () => {
  it("lets no Trident start without a backend, and says how to mend or remove the volume", () => {
    const missing = { volume: "pvc-1", what: "backend", name: "nas" } as const;
    const { object, message, remedy } = brokenReferences(legacy, "/trident/", { count: 2, first: [missing] });
    assert.equal(object, "/trident/v1/volume/pvc-1");
    assert.match(
      message,
      /: volume pvc-1 is on backend nas and 1 more\. A Trident that starts on it fails, the old one, too/,
    );
    assert.match(
      remedy,
      /tridentctl create backend`.* exec deployment\/trident --container etcd .*:8001 del \/trident\/v1\/vol/,
    );
  });

  it("is not migrated without a storage class either", () => {
    const missing = { volume: "pvc-1", what: "storage class", name: "" } as const;
    const { message, remedy } = brokenReferences(legacy, "/trident/", { count: 1, first: [missing] });
    assert.match(message, /is on storage class \(without a name\)\. Nothing is stopped before that is put right\.$/);
    assert.match(remedy, /tridentctl create storageclass`/);
  });
});

describe("an old Trident that disagrees with its etcd", () => {
  const extra = { count: 1, first: [{ kind: "storageClasses", name: "gold" }] } as const;

  it("is told which side has what", () => {
    const { message } = legacyDisagrees(legacy, { unlisted: extra, unstored: none });
    assert.match(message, /agree: its etcd has storage class gold, which it does not list\. A Trident/);
    assert.match(
      legacyDisagrees(legacy, { unlisted: none, unstored: extra }).message,
      /agree: it lists storage class gold, which its etcd does not have\. A Trident/,
    );
    assert.match(legacyDisagrees(legacy, { unlisted: extra, unstored: extra }).message, /not list; it lists/);
  });
});

describe("transactions that Trident has begun", () => {
  it("are settled by a restart of the one that has them", () => {
    const { message, remedy } = openTransactions("old", legacy, { count: 1, first: ["pvc-7"] });
    assert.match(message, /^Trident has 1 open transaction: pvc-7\./);
    assert.match(remedy, /restarting the old Trident.*--namespace storage rollout restart deployment trident`/);
    assert.match(openTransactions("new", legacy, { count: 2, first: ["a", "b"] }).remedy, /restarting the new Trident/);
  });
});
