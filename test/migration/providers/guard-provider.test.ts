import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  check,
  create,
  diff,
  read,
  remove,
  update,
  type GuardInputs,
} from "../../../migration/providers/guard-provider.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../kubernetes/fake-kubernetes.ts";
import { legacyDeployment } from "../trident/legacy/legacy-deployment.ts";

const inputs: GuardInputs = {
  kubeconfig: "/nowhere/kubeconfig",
  namespace: "trident",
  legacyDeployment: "trident",
  legacyEtcdContainer: "etcd",
  record: "trident-etcd-migration",
  timeoutSeconds: 2,
};
const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
const recordPath = "/api/v1/namespaces/trident/configmaps/trident-etcd-migration";

describe("the guard of a migration", () => {
  it("only remembers when it is made", async () => {
    assert.deepEqual(await create(inputs), { id: "trident/trident-etcd-migration", outs: inputs });
    assert.deepEqual(await check({}, inputs), { inputs, failures: [] });
    assert.deepEqual(await read("id", inputs), { id: "id", props: inputs });
  });

  it("remembers a kubeconfig that has moved, and guards another migration anew", async () => {
    const moved = { ...inputs, kubeconfig: "/elsewhere" };
    assert.deepEqual(await diff("id", inputs, inputs), { changes: false, replaces: [] });
    assert.deepEqual(await diff("id", inputs, moved), { changes: true, replaces: [] });
    assert.deepEqual(await update("id", inputs, moved), { outs: moved });
    const elsewhere = { ...inputs, namespace: "elsewhere" };
    assert.deepEqual(await diff("id", inputs, elsewhere), { changes: true, replaces: ["namespace"] });
  });
});

describe("the guard of a migration that is to be rolled back", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 1000 });
  });
  afterEach(() => fake.stop());

  it("is changed when that is asked for, and when it no longer is", async () => {
    assert.deepEqual(await diff("id", inputs, { ...inputs, rollback: true }), { changes: true, replaces: [] });
    assert.deepEqual(await diff("id", { ...inputs, rollback: true }, inputs), { changes: true, replaces: [] });
  });

  it("asks for nothing where no migration has ended", async () => {
    fake.objects.set(recordPath, record("stopped"));
    const news = { ...inputs, kubeconfig: fake.kubeconfig, rollback: true };
    assert.deepEqual(await update("id", inputs, news), { outs: news });
    assert.deepEqual(await create(news), { id: "trident/trident-etcd-migration", outs: news });
    assert.deepEqual(new Set(fake.requests), new Set([`GET ${recordPath}`]));
  });

  it("refuses with what was wrong, and the ways on, and asks for nothing", async () => {
    fake.objects.set(recordPath, record("copied"));
    const news = { ...inputs, kubeconfig: fake.kubeconfig, rollback: true };
    await assert.rejects(update("id", inputs, news), {
      name: "RollbackRequestError",
      stack: "",
      message:
        /PersistentVolumeClaim trident .*does not exist.*Nothing was changed.*pulumi config rm rollback && pulumi up/s,
    });
    assert.equal((fake.objects.get(recordPath)?.data as Record<string, string>).rollback, undefined);
  });

  it("takes the request back when it is no longer asked for", async () => {
    const requested = record("copied");
    fake.objects.set(recordPath, { ...requested, data: { ...(requested.data as object), rollback: "requested" } });
    const news = { ...inputs, kubeconfig: fake.kubeconfig };
    await update("id", { ...news, rollback: true }, news);
    assert.equal((fake.objects.get(recordPath)?.data as Record<string, string>).rollback, undefined);
    assert.equal((fake.objects.get(recordPath)?.data as Record<string, string>).phase, "copied");
  });
});

describe("the removal of the guard", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 1000 });
  });
  afterEach(async () => {
    delete process.env.PULUMI_K8S_DELETE_UNREACHABLE;
    await fake.stop();
  });

  it("does nothing once the migration has ended", async () => {
    fake.objects.set(recordPath, record("copied"));
    await remove("id", { ...inputs, kubeconfig: fake.kubeconfig });
    assert.ok(fake.requests.every((each) => each.startsWith("GET")));
  });

  it("does nothing when the namespace is gone", async () => {
    await remove("id", { ...inputs, kubeconfig: fake.kubeconfig });
    assert.ok(fake.requests.every((each) => each.startsWith("GET")));
  });

  it("leaves a Trident that was not stopped alone", async () => {
    const { objects } = fake;
    objects.set(deploymentPath, legacyDeployment() as unknown as FakeObject);
    await remove("id", { ...inputs, kubeconfig: fake.kubeconfig });
    assert.ok(fake.requests.every((each) => each.startsWith("GET")));
  });

  it("stops the destruction with a way out when the cluster can't be reached", async () => {
    await fake.stop();
    await assert.rejects(remove("id", { ...inputs, kubeconfig: fake.kubeconfig }), {
      name: "UndoFailedError",
      message: /can't be reached.*pulumi state delete/s,
    });
  });

  it("gives up on a cluster that can't be reached when told to, as the Kubernetes provider does", async () => {
    await fake.stop();
    process.env.PULUMI_K8S_DELETE_UNREACHABLE = "true";
    await remove("id", { ...inputs, kubeconfig: fake.kubeconfig });
  });

  it("raises an error that Pulumi can't take for anything else", async () => {
    await assert.rejects(remove("id", inputs), (error: Error) => !("id" in error) && error.message.includes("nowhere"));
  });

  it("puts all fields of the old Trident back, from its Deployment or from the record", async () => {
    const whole = legacyDeployment() as unknown as FakeObject;
    const annotations = { "trident-etcd/replicas-before-migration": "1" };
    const marked: FakeObject = {
      ...whole,
      metadata: { ...whole.metadata, annotations },
      spec: { ...(whole.spec as object), replicas: 0 },
    };
    for (const left of [marked, undefined]) {
      fake.objects.clear();
      fake.objects.set(recordPath, record("stopped"));
      if (left !== undefined) fake.objects.set(deploymentPath, left);
      // Without a pod it does not come to serve: what counts here is the Deployment.
      await assert.rejects(remove("id", { ...inputs, kubeconfig: fake.kubeconfig }), /to be ready/);
      assert.deepEqual(fake.objects.get(deploymentPath)?.spec, whole.spec);
      assert.deepEqual(fake.objects.get(deploymentPath)?.metadata.annotations ?? {}, {});
    }
  });
});

function record(phase: string): FakeObject {
  const data = { phase, legacyDeployment: JSON.stringify(legacyDeployment()), legacyReplicas: "1" };
  return { metadata: { name: "trident-etcd-migration", uid: "uid-record" }, data };
}
