import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../migration/kubernetes/cluster-apis.ts";
import { readRunningMigration, type RunningMigration } from "../../../../migration/plan/read/running-migration.ts";
import { FakePlanEnvironment } from "../scene/fake-plan-environment.ts";
import { leasePath } from "../scene/places.ts";

const renewTime = "2026-01-01T00:00:00.000000Z";
const held = { holderIdentity: "host-1", renewTime, leaseDurationSeconds: 60 };

describe("another migration", () => {
  it("lives when it renews its Lease meanwhile, or yet another has taken it over", async () => {
    const later = { ...held, renewTime: "2026-01-01T00:00:05.000000Z" };
    assert.deepEqual(await read([held, held, later], 30), {
      holder: "host-1",
      renewedAt: later.renewTime,
      lives: true,
    });
    const another = await read([held, { ...held, holderIdentity: "host-2" }], 30);
    assert.deepEqual(another, { holder: "host-2", renewedAt: renewTime, lives: true });
  });

  it("does not live when it holds a Lease that it does not renew", async () => {
    assert.deepEqual(await read([held], 30), { holder: "host-1", renewedAt: renewTime, lives: false });
  });

  it("is none when it ends meanwhile", async () => {
    assert.equal(await read([held, undefined], 30), undefined);
  });

  it("is none when there is no Lease, nobody holds it, or it is over", async () => {
    assert.equal(await read([undefined], 0), undefined);
    assert.equal(await read([{ ...held, holderIdentity: "" }], 0), undefined);
    assert.equal(await read([held], 61), undefined);
  });

  /** As one look after the other finds the Lease; the last one again and again. */
  function read(specs: readonly unknown[], secondsLater: number): Promise<RunningMigration | undefined> {
    const { reader, objects } = new FakePlanEnvironment();
    let looks = 0;
    const readLease: typeof reader.read = (where) => {
      const spec = specs[Math.min(looks, specs.length - 1)];
      looks += 1;
      if (spec === undefined) objects.delete(leasePath);
      else objects.set(leasePath, { spec });
      return reader.read(where);
    };
    const now = () => Date.parse(renewTime) + secondsLater * 1000;
    const options = { now, milliseconds: 40 };
    return readRunningMigration({ read: readLease }, { namespace: "trident", apis: newestApis }, options);
  }
});
