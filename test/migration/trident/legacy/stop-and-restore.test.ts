import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  findLegacyTrident,
  stoppedReplicasAnnotation,
  type LegacyTrident,
} from "../../../../migration/trident/legacy/legacy-trident.ts";
import { readMigrationRecord } from "../../../../migration/record/migration-record.ts";
import { restoreLegacyTrident } from "../../../../migration/trident/legacy/restore-legacy-trident.ts";
import {
  checkStillStopped,
  deleteLegacyTrident,
  stopLegacyTrident,
  type StoppedTrident,
} from "../../../../migration/trident/legacy/stop-legacy-trident.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../../kubernetes/fake-kubernetes.ts";
import { legacyDeployment } from "./legacy-deployment.ts";

const place = { namespace: "trident", record: "trident-etcd-migration" };
const request = { namespace: "trident", legacyDeployment: "trident", legacyEtcdContainer: "etcd" };
const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
const podPath = "/api/v1/namespaces/trident/pods/trident-1";
const recordPath = `/api/v1/namespaces/trident/configmaps/${place.record}`;

describe("stopping and restoring the legacy Trident", () => {
  let fake: FakeKubernetes;
  let before: FakeObject;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    fake.controller = (path) => {
      if (path === deploymentPath) runPods(fake);
    };
    before = legacyDeployment() as unknown as FakeObject;
    fake.objects.set(deploymentPath, before);
    fake.objects.set(recordPath, { metadata: { name: place.record, uid: "uid-record" } });
    runPods(fake);
  });
  afterEach(() => fake.stop());

  it("saves its manifest, marks it, scales it to 0 and waits for its pods", async () => {
    const { legacy } = await stop();

    assert.equal(replicas(), 0);
    assert.ok(!fake.objects.has(podPath));
    const record = await readMigrationRecord(fake.cluster, place);
    assert.equal(record.phase, "stopped");
    assert.equal(record.legacyReplicas, 1);
    const saved = JSON.parse(record.legacyDeployment ?? "") as FakeObject;
    assert.deepEqual(saved.spec, before.spec);
    assert.equal((await find()).stoppedByMigration, true);
    assert.equal(legacy.uid, "uid-1");
  });

  it("saves before it stops", async () => {
    await stop();
    const saved = fake.requests.indexOf(`PATCH ${recordPath}`);
    assert.ok(saved >= 0 && saved < fake.requests.indexOf(`PATCH ${deploymentPath}`));
  });

  it("does not save one that is stopped already over what was saved", async () => {
    await stop();
    const first = (await readMigrationRecord(fake.cluster, place)).legacyDeployment;
    await stop();
    assert.equal((await readMigrationRecord(fake.cluster, place)).legacyDeployment, first);
  });

  it("remembers when it was stopped, however often that is asked for", async () => {
    const { stoppedAt } = await stop();
    assert.match(stoppedAt, /^\d{4}-.*Z$/);
    assert.equal((await stop()).stoppedAt, stoppedAt);
    assert.equal((await readMigrationRecord(fake.cluster, place)).stoppedAt, stoppedAt);
  });

  it("gives all fields back as they were", async () => {
    const { legacy } = await stop();
    assert.equal(await restore(legacy), 1);

    const after = fake.objects.get(deploymentPath);
    assert.deepEqual(after?.spec, before.spec);
    assert.deepEqual(after?.metadata.annotations ?? {}, before.metadata.annotations ?? {});
    assert.ok(fake.objects.has(podPath));
    assert.equal((await readMigrationRecord(fake.cluster, place)).phase, undefined);
  });

  it("creates one that was deleted anew, from the record", async () => {
    const { legacy } = await stop();
    fake.objects.delete(deploymentPath);
    assert.equal(await restore(legacy), 1);
    assert.deepEqual(fake.objects.get(deploymentPath)?.spec, before.spec);
  });

  it("leaves another one that took its place alone", async () => {
    const { legacy } = await stop();
    fake.objects.set(deploymentPath, { ...before, metadata: { ...before.metadata, uid: "uid-2" } });
    await assert.rejects(restore(legacy), { name: "LegacyTridentReplacedError" });
  });

  it("is not put off by a cluster that is away for a moment", async () => {
    const { legacy } = await stop();
    let faults = 2;
    fake.fault = () => (faults-- > 0 ? 503 : undefined);
    assert.equal(await restore(legacy), 1);
  });

  it("notices that somebody scaled it up", async () => {
    const stopped = await stop();
    change({ replicas: 1 });
    await assertChanged(stopped, /it is scaled to 1/);
  });

  it("notices that somebody scaled it up and down again", async () => {
    const stopped = await stop();
    change({ replicas: 1 });
    change({ replicas: 0 });
    await assertChanged(stopped, /its generation went from 4 to 6/);
  });

  it("notices a pod of it", async () => {
    const stopped = await stop();
    fake.objects.set(podPath, pod());
    await assertChanged(stopped, /there is pod trident-1 Running/);
  });

  it("notices that another one took its place", async () => {
    const stopped = await stop();
    fake.objects.set(deploymentPath, { ...before, metadata: { ...before.metadata, uid: "uid-2" } });
    await assertChanged(stopped, /another one has taken its place/);
  });

  it("deletes it when it is as it was left", async () => {
    await deleteLegacyTrident(fake.cluster, await stop());
    assert.ok(!fake.objects.has(deploymentPath));
  });

  it("deletes nothing when it changes between the last look and the deletion", async () => {
    const stopped = await stop();
    fake.fault = (each) => {
      if (each === `DELETE ${deploymentPath}`) change({ replicas: 1 });
      return undefined;
    };
    await assert.rejects(deleteLegacyTrident(fake.cluster, stopped), { name: "LegacyTridentChangedError" });
    assert.ok(fake.objects.has(deploymentPath));
  });

  it("takes a lost answer to the deletion for what it is", async () => {
    const stopped = await stop();
    fake.fault = (each) => {
      if (each !== `DELETE ${deploymentPath}`) return undefined;
      fake.objects.delete(deploymentPath);
      return 500;
    };
    await deleteLegacyTrident(fake.cluster, stopped);
    assert.ok(!fake.objects.has(deploymentPath));
  });

  async function find(): Promise<LegacyTrident> {
    const finding = await findLegacyTrident(fake.cluster, request);
    assert.ok(finding.kind === "legacy");
    return finding.legacy;
  }

  async function stop(): Promise<StoppedTrident> {
    return stopLegacyTrident(fake.cluster, await find(), await readMigrationRecord(fake.cluster, place), {
      timeoutSeconds: 5,
    });
  }

  function restore(legacy: LegacyTrident): Promise<number> {
    return restoreLegacyTrident(fake.cluster, legacy, place, 5);
  }

  async function assertChanged(stopped: StoppedTrident, what: RegExp): Promise<void> {
    await assert.rejects(checkStillStopped(fake.cluster, stopped), {
      name: "LegacyTridentChangedError",
      message: what,
    });
    await assert.rejects(deleteLegacyTrident(fake.cluster, stopped), { name: "LegacyTridentChangedError" });
    assert.ok(fake.objects.has(deploymentPath));
  }

  /** As somebody else would, with kubectl. */
  function change(spec: Record<string, unknown>): void {
    const found = fake.objects.get(deploymentPath);
    assert.ok(found !== undefined);
    const metadata = {
      ...found.metadata,
      generation: (found.metadata.generation ?? 0) + 1,
      resourceVersion: `${found.metadata.resourceVersion ?? ""}x`,
    };
    fake.objects.set(deploymentPath, { ...found, metadata, spec: { ...(found.spec as object), ...spec } });
  }

  function replicas(): unknown {
    return (fake.objects.get(deploymentPath)?.spec as { replicas: number }).replicas;
  }
});

describe("the mark on a stopped Deployment", () => {
  it("says how many replicas it had", () => {
    assert.equal(stoppedReplicasAnnotation, "trident-etcd/replicas-before-migration");
  });
});

/** What the Deployment's controllers and the kubelet do. */
function runPods(fake: FakeKubernetes): void {
  const spec = fake.objects.get(deploymentPath)?.spec as { replicas?: number } | undefined;
  if (spec?.replicas === 1) fake.objects.set(podPath, pod());
  else fake.objects.delete(podPath);
}

function pod(): FakeObject {
  return {
    metadata: { name: "trident-1", labels: { app: "trident.netapp.io" } },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
}
