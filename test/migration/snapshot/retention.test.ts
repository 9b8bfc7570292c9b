import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { supersededSnapshots, type AgedSnapshot, type Retention } from "../../../migration/snapshot/retention.ts";

const now = new Date("2030-02-01T00:00:00.000Z");

describe("of an etcd's snapshots", () => {
  it("so many of the newest stay, whatever their age, and the others go", () => {
    assert.deepEqual(goingOf({ keep: 2 }, [usable(100), usable(300), usable(200)]), [300]);
    assert.deepEqual(goingOf({ keep: 3 }, [usable(100), usable(200), usable(300)]), []);
  });

  it("all stay that are not older than so many days, however many there are", () => {
    assert.deepEqual(goingOf({ keep: 1, keepDays: 10 }, [usable(1), usable(2), usable(10), usable(11)]), [11]);
  });

  it("the newest that can be restored always stays", () => {
    assert.deepEqual(goingOf({ keep: 0, keepDays: 0 }, [usable(1), usable(2)]), [2]);
    assert.deepEqual(goingOf({ keep: 1, keepDays: 1 }, [damaged(2), usable(300), usable(400)]), [400]);
  });

  it("a damaged one is not counted among those that stay, and goes with those of its age", () => {
    assert.deepEqual(goingOf({ keep: 2 }, [usable(1), damaged(2), usable(3), damaged(4), usable(5)]), [4, 5]);
  });

  it("none goes where none can be restored", () => {
    assert.deepEqual(goingOf({ keep: 1 }, [damaged(1), damaged(2), damaged(300)]), []);
  });

  it("one of the future, as a clock that was wrong has named it, stays and counts", () => {
    assert.deepEqual(goingOf({ keep: 1 }, [usable(-5), usable(1)]), [1]);
  });
});

type Snapshot = AgedSnapshot & { readonly days: number };

function usable(days: number): Snapshot {
  return { days, savedAt: new Date(now.getTime() - days * 86_400_000), isUsable: true };
}

function damaged(days: number): Snapshot {
  return { ...usable(days), isUsable: false };
}

function goingOf(retention: Retention, snapshots: readonly Snapshot[]): number[] {
  return supersededSnapshots(snapshots, retention, now).map(({ days }) => days);
}
