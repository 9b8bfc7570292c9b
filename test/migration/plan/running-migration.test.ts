import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findRunningMigration, judgeRunning } from "../../../migration/plan/running-migration.ts";
import { FakePlanEnvironment } from "./fake-plan-environment.ts";

const path = "/apis/coordination.k8s.io/v1/namespaces/trident/leases/trident-etcd-migration";
const renewTime = "2026-01-01T00:00:00.000000Z";

describe("another migration", () => {
  it("is told of while its Lease is held and not over", async () => {
    assert.match(
      (await judged({ holderIdentity: "host-1", renewTime, leaseDurationSeconds: 60 }, 30)).join("\n"),
      /host-1 holds Lease/,
    );
  });

  it("is not told of when there is no Lease, nobody holds it, or it is over", async () => {
    assert.deepEqual(await judged(undefined, 0), []);
    assert.deepEqual(await judged({ holderIdentity: "", renewTime, leaseDurationSeconds: 60 }, 0), []);
    assert.deepEqual(await judged({ holderIdentity: "host-1", renewTime, leaseDurationSeconds: 60 }, 61), []);
  });

  async function judged(spec: unknown, secondsLater: number): Promise<string[]> {
    const { reader, objects } = new FakePlanEnvironment();
    if (spec !== undefined) objects.set(path, { spec });
    const now = new Date(Date.parse(renewTime) + secondsLater * 1000);
    return judgeRunning(await findRunningMigration(reader, { namespace: "trident" }), now);
  }
});
