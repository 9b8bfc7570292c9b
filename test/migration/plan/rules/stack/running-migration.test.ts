import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readRunningMigration } from "../../../../../migration/plan/read/running-migration.ts";
import { checkRunningMigration } from "../../../../../migration/plan/rules/stack/running-migration.ts";
import { FakePlanEnvironment } from "../../scene/fake-plan-environment.ts";
import { leasePath } from "../../scene/places.ts";
import { told } from "../told.ts";

const renewTime = "2026-01-01T00:00:00.000000Z";
const held = { holderIdentity: "host-1", renewTime, leaseDurationSeconds: 60 };

describe("another migration", () => {
  it("is in the way while it renews its Lease", async () => {
    const later = { ...held, renewTime: "2026-01-01T00:00:05.000000Z" };
    const { blockers, risks } = await checked([held, held, later], 30);
    assert.deepEqual(risks, []);
    assert.equal(blockers.length, 1);
    assert.match(blockers[0]?.message ?? "", /Another migration is running: host-1 holds Lease.*namespace trident/);
    assert.match(blockers[0]?.remedy ?? "", /Wait until it has ended/);
  });

  it("is in the way when yet another has taken the Lease over meanwhile", async () => {
    const { blockers } = await checked([held, { ...held, holderIdentity: "host-2" }], 30);
    assert.match(blockers[0]?.message ?? "", /host-2 holds Lease/);
  });

  it("is only told of when it holds a Lease that it does not renew", async () => {
    const { blockers, risks } = await checked([held], 30);
    assert.deepEqual(blockers, []);
    assert.match(risks.join("\n"), /host-1 holds Lease.*killed.*waits until/);
  });

  it("is not told of when it ends meanwhile", async () => {
    assert.deepEqual(await checked([held, undefined], 30), { blockers: [], risks: [] });
  });

  it("is not told of when there is no Lease, nobody holds it, or it is over", async () => {
    const nothing = { blockers: [], risks: [] };
    assert.deepEqual(await checked([undefined], 0), nothing);
    assert.deepEqual(await checked([{ ...held, holderIdentity: "" }], 0), nothing);
    assert.deepEqual(await checked([held], 61), nothing);
  });

  /** As one look after the other finds the Lease; the last one again and again. */
  async function checked(specs: readonly unknown[], secondsLater: number): Promise<ReturnType<typeof told>> {
    const { reader, objects } = new FakePlanEnvironment();
    let looks = 0;
    const read: typeof reader.read = (where) => {
      const spec = specs[Math.min(looks, specs.length - 1)];
      looks += 1;
      if (spec === undefined) objects.delete(leasePath);
      else objects.set(leasePath, { spec });
      return reader.read(where);
    };
    const now = () => Date.parse(renewTime) + secondsLater * 1000;
    const options = { now, milliseconds: 40 };
    const running = await readRunningMigration({ read }, { namespace: "trident" }, options);
    return told(checkRunningMigration(running, "trident"), "service");
  }
});
