import assert from "node:assert/strict";
import { kubernetesEtcd } from "../../../../../migration/blockers/existing-etcd-blockers.ts";
import { describe, it } from "node:test";
import { readState } from "../../../../../migration/plan/read/state/read-state.ts";
import { legacyTrident } from "../../../trident/legacy/legacy-deployment.ts";
import { MemoryStore } from "../../../copy/memory-store.ts";
import { FakePlanEnvironment, smallState } from "../../scene/fake-plan-environment.ts";
import { planRequest } from "../../scene/plan-scene.ts";

const nothingThere = { flow: "install", etcdCluster: undefined, record: undefined } as const;
const migrating = { flow: "migrate", legacy: legacyTrident(), etcdCluster: undefined, record: undefined } as const;

describe("the look at the two etcds", () => {
  it("reads the source and compares it with the destination, and closes both", async () => {
    const environment = new FakePlanEnvironment().withLegacy().withEtcdCluster(smallState);
    const look = await readState(environment, planRequest(), migrating);
    assert.equal(look.source?.summary.keys, 5);
    const { destination, bytes } = look.source.summary;
    assert.deepEqual(destination, { keys: 5, equal: 5, equalBytes: bytes, stale: 0, foreign: { count: 0, first: [] } });
    assert.equal(look.destination?.status.clusterId, "2");
    for (const store of [environment.source, environment.destination]) assert.ok((store as MemoryStore).closed);
  });

  it("reports a destination that can't be asked and reads the source all the same", async () => {
    const look = await readState(new FakePlanEnvironment().withLegacy(), planRequest(), migrating);
    assert.match(String(look.destinationFailure), /Secret does not exist/);
    assert.equal(look.source?.summary.keys, 5);
  });

  it("reports a source that fails", async () => {
    const environment = new FakePlanEnvironment().withLegacy();
    const source = environment.source as MemoryStore;
    source.range = () => Promise.reject(new Error("no etcd there"));
    const look = await readState(environment, planRequest(), migrating);
    assert.match(String(look.sourceFailure), /no etcd there/);
    assert.equal(look.source, undefined);
    assert.ok(source.closed);
  });

  it("does not want an etcd empty that is recorded to have this stack's state", async () => {
    const flows = await Promise.all(
      ["9", "7"].map(async (etcdClusterId) => {
        const seen: string[] = [];
        const environment = new FakePlanEnvironment().withExistingEtcd(smallState);
        environment.examineDestination = (...[, flow]: readonly unknown[]) => {
          seen.push(String(flow));
          return Promise.resolve({ problems: [] });
        };
        const record = { namespace: "trident", name: "trident-etcd-migration", uid: "u", etcdClusterId };
        await readState(environment, planRequest(), { ...nothingThere, isExisting: true, record });
        return seen;
      }),
    );
    assert.deepEqual(flows, [["installed"], ["install"]]);
  });

  it("does not compare an etcd with itself", async () => {
    const environment = new FakePlanEnvironment().withLegacy();
    environment.destination = new MemoryStore("the same", "1", smallState);
    const look = await readState(environment, planRequest(), migrating);
    assert.equal(look.destination?.status.clusterId, "1");
    assert.equal(look.source?.summary.destination, undefined);
  });

  it("reports a record whose first pass can't be told", async () => {
    const environment = new FakePlanEnvironment().withLegacy().withEtcdCluster();
    const record = { namespace: "trident", name: "r", uid: "u", firstPass: "nonsense" };
    const look = await readState(environment, planRequest(), { ...migrating, record });
    assert.equal((look.sourceFailure as Error).name, "MigrationRecordInvalidError");
  });

  it("asks for etcd's v2 store only when there is no key in the other", async () => {
    const environment = new FakePlanEnvironment().withLegacy();
    environment.etcdv2Nodes = 4;
    assert.equal((await readState(environment, planRequest(), migrating)).source?.etcdv2Nodes, 0);
    environment.withLegacy({});
    assert.equal((await readState(environment, planRequest(), migrating)).source?.etcdv2Nodes, 4);
  });

  it("counts the destination's keys when there is no source", async () => {
    const environment = new FakePlanEnvironment().withEtcdCluster({ ...smallState, "/elsewhere": "x" });
    const look = await readState(environment, planRequest(), { ...nothingThere, flow: "migrated", etcdCluster: {} });
    assert.equal(look.destinationKeys, 5);
  });

  it("looks at an existing etcd before anything was installed, and asks no more of one that can't be used", async () => {
    const environment = new FakePlanEnvironment().withExistingEtcd(smallState);
    const look = await readState(environment, planRequest(), { ...nothingThere, isExisting: true });
    assert.equal(look.destinationKeys, 5);
    assert.equal(look.destinationReached, "directly");
    const problem = kubernetesEtcd(["https://etcd.example.com:2379"], "/registry/");
    environment.withExistingEtcd(smallState).problems = [problem];
    const refused = await readState(environment, planRequest(), { ...nothingThere, isExisting: true });
    assert.deepEqual(refused.destinationProblems, [problem]);
    assert.equal(refused.destinationKeys, undefined);
    assert.ok((environment.destination as MemoryStore).closed);
  });

  it("does not look for a destination before anything was installed", async () => {
    const look = await readState(new FakePlanEnvironment(), planRequest(), nothingThere);
    assert.deepEqual(look, {});
  });
});
