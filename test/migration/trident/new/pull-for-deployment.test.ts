import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { managedByLabel, managedByValue } from "../../../../migration/kubernetes/ownership.ts";
import { pullForDeployment } from "../../../../migration/trident/new/pull-for-deployment.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../kubernetes/fake-kubernetes.ts";

const image = "netapp/trident:1";
const pods = { serviceAccountName: "trident", containers: [{ name: "trident-main", image }] };
const awaited = {
  ...{ namespace: "trident", deployment: "trident", pods },
  owner: { name: "trident-etcd-migration", uid: "uid-record" },
};
const made = "POST /api/v1/namespaces/trident/pods";

describe("the pull of Trident's image before its Deployment is made or changed", () => {
  let fake: FakeKubernetes;
  const lines: string[] = [];

  beforeEach(async () => {
    lines.length = 0;
    fake = await startFakeKubernetes();
    fake.controller = (path, pod) => {
      if (!path.endsWith("/pods/trident-etcd-pull") || pod.status !== undefined) return;
      const status = { containerStatuses: [{ name: "image-0", image, state: { terminated: { exitCode: 0 } } }] };
      fake.objects.set(path, { ...pod, status });
    };
  });
  afterEach(() => fake.stop());

  it("makes a pod where there is none yet", async () => {
    await pulling();
    assert.ok(fake.requests.includes(made));
  });

  it("makes none where one with this image, in this place, is available: an older version's stack stays as it is", async () => {
    standing({});
    await pulling();
    assert.ok(!fake.requests.includes(made));
  });

  for (const [what, differs] of [
    ["has another image", { image: "netapp/trident:0" }],
    ["is elsewhere", { nodeSelector: { storage: "yes" } }],
    ["is not available", { available: 0 }],
    ["is somebody else's", { labels: {} }],
  ] as const) {
    it(`makes one where the one that stands ${what}`, async () => {
      standing(differs);
      await pulling();
      assert.ok(fake.requests.includes(made));
    });
  }

  it("says that the Trident that runs is left as it is when the image can't be pulled", async () => {
    standing({ image: "netapp/trident:0" });
    fake.controller = (path, pod) => {
      if (!path.endsWith("/pods/trident-etcd-pull") || pod.status !== undefined) return;
      const state = { waiting: { reason: "ErrImagePull", message: "manifest unknown" } };
      fake.objects.set(path, { ...pod, status: { containerStatuses: [{ name: "image-0", image, state }] } });
    };
    await assert.rejects(pulling(), /manifest unknown\. The Trident that runs is left as it is\. Name an image/);
  });

  it("goes on with a word where no pod may be made, by a quota or for want of a permission", async () => {
    fake.fault = (request) => (request === made ? 403 : undefined);
    await pulling();
    assert.match(lines.join("\n"), /Whether Trident's image can be pulled is not seen beforehand: /);
  });

  function pulling(): Promise<void> {
    return pullForDeployment(fake.cluster, awaited, { timeoutSeconds: 5 }, (line) => lines.push(line));
  }

  /** Whatever differs from what is to be. */
  function standing(differs: {
    readonly image?: string;
    readonly nodeSelector?: Record<string, string>;
    readonly available?: number;
    readonly labels?: Record<string, string>;
  }): void {
    const { nodeSelector, available = 1, labels = { [managedByLabel]: managedByValue } } = differs;
    const spec = { containers: [{ name: "trident-main", image: differs.image ?? image }], nodeSelector };
    fake.objects.set("/apis/apps/v1/namespaces/trident/deployments/trident", {
      metadata: { name: "trident", labels },
      spec: { template: { spec: { ...spec, schedulerName: "default-scheduler" } } },
      status: { availableReplicas: available },
    });
  }
});
