import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { MigrationRecord } from "../../../../migration/record/migration-record.ts";
import { verifiedRevisionAnnotation } from "../../../../migration/trident/new/new-trident.ts";
import { startNewTridentAgain } from "../../../../migration/trident/new/start-new-trident.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../kubernetes/fake-kubernetes.ts";
import { deploymentPath, newTridentSpec, podPath, runPods } from "./new-trident-fixture.ts";

const keepsEnding = {
  phase: "Running",
  containerStatuses: [
    { name: "trident-main", restartCount: 3, image: "i", state: { terminated: { exitCode: 7 } }, lastState: {} },
  ],
};
const record: MigrationRecord = { namespace: "trident", name: "r", uid: "u" };

describe("a new Trident that is started again", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 1000 });
    fake.objects.set(`${podPath}/log`, { metadata: { name: "log" }, toJSON: () => "level=fatal msg=cannot\n" });
  });
  afterEach(async () => {
    await fake.stop();
  });

  it("runs as the record says, not as the migration was told, and can never have its writes discarded", async () => {
    runPods(fake, () => keepsEnding);
    const spec = Object.assign(newTridentSpec(), { minReadySeconds: 7 });
    const recorded = { ...record, newTrident: JSON.stringify(spec) };
    await assert.rejects(startNewTridentAgain(fake.cluster, recorded, { timeoutSeconds: 2, spec: newTridentSpec() }), {
      name: "NewTridentNotServingError",
    });
    const deployment = fake.objects.get(deploymentPath);
    assert.equal((deployment?.spec as typeof spec).minReadySeconds, 7);
    const { annotations = {} } = (deployment?.metadata ?? {}) as { annotations?: Record<string, string> };
    assert.ok(!(verifiedRevisionAnnotation in annotations));
  });

  it("is left running when it does not come to serve in time: nothing else can", async () => {
    runPods(fake, () => keepsEnding);
    await assert.rejects(startNewTridentAgain(fake.cluster, record, { timeoutSeconds: 2, spec: newTridentSpec() }));
    assert.ok(fake.objects.has(deploymentPath) && fake.objects.has(podPath));
  });

  it("waits until the pods that Pulumi has deleted are gone", async () => {
    fake.objects.set(podPath, podOfOurs);
    await assert.rejects(startNewTridentAgain(fake.cluster, record, { timeoutSeconds: 1, spec: newTridentSpec() }), {
      name: "WaitTimeoutError",
      message: /new Trident's pods in namespace trident to be gone/,
    });
    assert.ok(!fake.requests.some((request) => request.startsWith("POST")));
  });

  it("can't be started when nobody knows how it ran", async () => {
    const options = { timeoutSeconds: 1, spec: undefined };
    await assert.rejects(startNewTridentAgain(fake.cluster, record, options), { name: "NewTridentUnknownError" });
    const nonsense = { ...record, newTrident: "{" };
    await assert.rejects(startNewTridentAgain(fake.cluster, nonsense, options), {
      name: "MigrationRecordInvalidError",
    });
  });
});

const podOfOurs = {
  metadata: {
    name: "trident-external-etcd-1",
    labels: { "app.kubernetes.io/name": "trident", "app.kubernetes.io/managed-by": "trident-etcd" },
  },
  status: { phase: "Running" },
};
