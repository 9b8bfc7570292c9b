import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { failureOf } from "./migration-scene.ts";

const orphan = { "/trident/v1/volume/pvc-1": '{"Config":{"storageClass":""},"backend":"missing"}' };

describe("a state on which no Trident starts", () => {
  it("is found before anything is stopped", async () => {
    const cluster = new FakeCluster(orphan);
    const message = (await failureOf(cluster)).message;
    assert.match(message, /volume pvc-1 is on backend missing.*Nothing was changed: the old Trident is as it was/);
    assertUntouched(cluster);
  });

  it("is found where the old Trident answers with the reason, or not at all", async () => {
    for (const [answer, said] of [
      [
        { kind: "failed", reason: "Trident initialization failed; no backend x" },
        /initialization failed; no backend x/,
      ],
      [{ kind: "notYet", seen: "connect ECONNREFUSED" }, /does not serve now: connect ECONNREFUSED/],
    ] as const) {
      const cluster = new FakeCluster();
      cluster.answer = answer;
      assert.match((await failureOf(cluster)).message, said);
      assertUntouched(cluster);
    }
  });

  it("is found where the old Trident lists what its etcd does not have", async () => {
    const cluster = new FakeCluster();
    const names = { backends: [], volumes: ["a", "b", "in-memory-only"], storageClasses: [] };
    cluster.answer = { kind: "names", names };
    assert.match((await failureOf(cluster)).message, /it lists volume in-memory-only, which its etcd does not have/);
    assertUntouched(cluster);
  });

  it("is found on the claim of an uninstalled Trident, and nothing of it stays in the new etcd", async () => {
    const cluster = new FakeCluster(orphan).uninstall();
    assert.match((await failureOf(cluster)).message, /volume pvc-1 is on backend missing.*claim trident is as it was/i);
    assert.deepEqual(cluster.destination.entries(), {});
  });

  it("lacks no more than a storage class where nobody can make it again: that is told, and migrated", async () => {
    const entries = {
      "/trident/v1/backend/nas": "{}",
      "/trident/v1/volume/a": '{"Config":{"storageClass":"deleted-since"},"backend":"nas"}',
    };
    const lines: string[] = [];
    await runMigration(new FakeCluster(entries).uninstall(), (line) => lines.push(line));
    assert.ok(lines.some((line) => line.includes("deleted-since")));
    assert.match((await failureOf(new FakeCluster(entries))).message, /volume a is on storage class deleted-since/);
  });
});

function assertUntouched(cluster: FakeCluster): void {
  assert.equal(cluster.replicas(), 1);
  assert.ok(!cluster.steps.includes("stopLegacy"));
  assert.deepEqual(cluster.destination.entries(), {});
}
