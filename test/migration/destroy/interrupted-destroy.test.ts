import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { remove as removeGuard } from "../../../migration/providers/guard-provider.ts";
import { remove, type DestroyStepInputs } from "../../../migration/providers/destroy-step-provider.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../kubernetes/fake-kubernetes.ts";
import { legacyDeployment } from "../trident/legacy/legacy-deployment.ts";
import { pressControlC } from "../providers/press-control-c.ts";

const crdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/etcdclusters.etcd.database.coreos.com";
const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
const recordPath = "/api/v1/namespaces/trident/configmaps/trident-etcd-migration";

describe("^C during a destroy", () => {
  let fake: FakeKubernetes;
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "interrupted-"));
    fake = await startFakeKubernetes();
    const labels = { app: "etcd", etcd_cluster: "db" };
    const status = { phase: "Running", containerStatuses: [{ name: "etcd", state: { running: {} } }] };
    fake.objects.set("/api/v1/namespaces/storage/pods/db-1", { metadata: { name: "db-1", labels }, status });
    fake.objects.set(crdPath, {
      metadata: { name: "d", uid: "u", labels: { "app.kubernetes.io/managed-by": "trident-etcd" } },
    });
    const deletionTimestamp = "2030-01-01T00:00:00Z";
    fake.lists.set("/apis/etcd.database.coreos.com/v1beta2/etcdclusters", [
      { metadata: { name: "other", namespace: "b", deletionTimestamp } },
    ]);
  });
  afterEach(async () => {
    await fake.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const ofCluster = { namespace: "storage", etcdCluster: "db", timeoutSeconds: 300 };
  const steps: [name: string, inputs: (place: string) => DestroyStepInputs, words: RegExp][] = [
    [
      "the wait for the members",
      () => ({ step: "membersGone", ...ofCluster }),
      /members of EtcdCluster db in namespace storage were waited for: it is deleted/,
    ],
    [
      "the wait for other EtcdClusters",
      () => ({ step: "definitionRemoval", timeoutSeconds: 300 }),
      /definition of EtcdCluster.*may be there still/,
    ],
    [
      "a last snapshot",
      (place) => ({ step: "finalSnapshot", clientSecret: "client", snapshotDirectory: place, ...ofCluster }),
      /last snapshot of EtcdCluster db.*none is kept.*the etcd stands/,
    ],
  ];
  for (const [name, inputs, words] of steps) {
    it(`ends ${name} at once, and says where it stands and that the same goes on`, async () => {
      // An etcd's Secret that the API server never answers for is a snapshot that takes its time.
      fake.fault = (request) => (request.includes("/secrets/") ? "hang" : undefined);
      const since = await interrupted(() => remove("id", { ...inputs(directory), kubeconfig: fake.kubeconfig }), words);
      assert.ok(since < 4000, `it took ${since} ms`);
      const sent = fake.requests.length;
      await new Promise((resolve) => setTimeout(resolve, 1200));
      assert.equal(fake.requests.length, sent, "it goes on in the background");
      assert.deepEqual(await readdir(directory), []);
    });
  }

  it("ends the undo of a migration at once, with nothing changed after it", async () => {
    const annotations = { "trident-etcd/replicas-before-migration": "1" };
    const whole = legacyDeployment() as unknown as FakeObject;
    fake.objects.set(recordPath, {
      metadata: { name: "trident-etcd-migration", uid: "r" },
      data: { phase: "stopped" },
    });
    fake.objects.set(deploymentPath, {
      ...whole,
      metadata: { ...whole.metadata, annotations },
      spec: { ...(whole.spec as object), replicas: 0 },
    });
    const undo = () =>
      removeGuard("id", {
        ...{
          kubeconfig: fake.kubeconfig,
          namespace: "trident",
          legacyDeployment: "trident",
          legacyEtcdContainer: "etcd",
        },
        ...{ record: "trident-etcd-migration", timeoutSeconds: 300 },
      });
    const words = /Deployment trident in namespace trident.*may be so still.*`pulumi destroy` goes on from there/;
    const since = await interrupted(undo, words, `PATCH ${deploymentPath}`);
    assert.ok(since < 4000, `it took ${since} ms`);
    assert.ok(![...fake.objects.keys()].some((path) => path.includes("/leases/")), "the Lease is given back");
  });

  /** Presses ^C when all is waiting, or that request has come; answers with the milliseconds until it ended. */
  async function interrupted(act: () => Promise<void>, words: RegExp, once?: string): Promise<number> {
    const acting = act().then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    const ofWork = (): string[] => fake.requests.filter((request) => !/ \/(apis|version)$/.test(request));
    const isWaiting = (): boolean => (once === undefined ? ofWork().length > 1 : fake.requests.includes(once));
    const deadline = Date.now() + 60_000;
    while (!isWaiting() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    const pressedAt = performance.now();
    pressControlC();
    const error = await acting;
    const since = performance.now() - pressedAt;
    assert.match(error?.message ?? "it ended well", words);
    assert.match(error?.message ?? "", /Interrupted/);
    assert.equal(error?.stack, "");
    return since;
  }
});
