import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { V1Pod } from "@kubernetes/client-node";
import { copiedClaimPod } from "../../../../migration/trident/legacy-etcd/legacy-pod-template.ts";
import { openCopiedClaim } from "../../../../migration/trident/legacy-etcd/open-copied-claim.ts";
import { findTridentOrClaim, uninstalledTrident } from "../../../../migration/trident/legacy/uninstalled-trident.ts";
import { checkClaim } from "../../../../migration/trident/legacy/check-claim.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../kubernetes/fake-kubernetes.ts";

const place = { namespace: "trident", legacyDeployment: "trident", legacyEtcdContainer: "etcd" };
const template = { spec: { serviceAccountName: "trident-external-etcd", containers: [] } };
const legacy = uninstalledTrident(place, { metadata: { name: "trident", uid: "uid-claim" } }, template);
const owner = { name: "trident-etcd-migration", uid: "uid-record" };
const source = { claim: "trident", etcdImages: ["etcd:v3.1.5", "etcd:v3.3.12"], copyImage: "busybox:1" };
const claims = "/api/v1/namespaces/trident/persistentvolumeclaims";

describe("the pod on the claim of an uninstalled Trident", () => {
  const pod = copiedClaimPod(legacy, owner, { etcd: "etcd:v3.3.12", copy: "busybox:1" });

  it("has the claim in one container only, which may not write to it", () => {
    const mounts = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].flatMap(
      ({ name, volumeMounts = [] }) =>
        volumeMounts.map((mount) => [name, mount.name, mount.readOnly === true] as const),
    );
    assert.deepEqual(mounts, [
      ["copy", "claim", true],
      ["copy", "data", false],
      ["etcd", "data", false],
    ]);
    assert.deepEqual(pod.spec?.volumes, [
      { name: "claim", persistentVolumeClaim: { claimName: "trident" } },
      { name: "data", emptyDir: {} },
    ]);
  });

  it("runs the image as the embedded etcd ran, where and as whom the new Trident does", () => {
    const [container] = pod.spec?.containers ?? [];
    assert.equal(container?.image, "etcd:v3.3.12");
    const words = container.args?.join(" ") ?? "";
    assert.match(words, /-name etcd1 .*-data-dir \/var\/etcd\/data .*-listen-client-urls http:\/\/127\.0\.0\.1:8001/);
    assert.equal(pod.spec?.serviceAccountName, "trident-external-etcd");
  });
});

describe("the claim of an uninstalled Trident", () => {
  let kubernetes: FakeKubernetes;

  beforeEach(async () => {
    kubernetes = await startFakeKubernetes();
    kubernetes.objects.set(`${claims}/trident`, { metadata: { name: "trident" }, status: { phase: "Bound" } });
  });
  afterEach(() => kubernetes.stop());

  it("is looked for only where no Deployment stands", async () => {
    const found = await findTridentOrClaim(kubernetes.cluster, { ...place, legacyClaim: source });
    assert.equal(found.kind, "uninstalled");
    kubernetes.objects.set("/apis/apps/v1/namespaces/trident/deployments/trident", {
      metadata: { name: "trident", labels: { "app.kubernetes.io/managed-by": "trident-etcd" } },
    });
    assert.equal((await findTridentOrClaim(kubernetes.cluster, { ...place, legacyClaim: source })).kind, "ours");
  });

  it("of another name is known by Trident's label", async () => {
    const labels = { app: "trident.netapp.io" };
    kubernetes.objects.set(`${claims}/state`, { metadata: { name: "state", labels } });
    kubernetes.objects.delete(`${claims}/trident`);
    const found = await findTridentOrClaim(kubernetes.cluster, { ...place, legacyClaim: source });
    assert.deepEqual(found, { kind: "absent", claims: ["state"] });
  });

  it("may have no other user", async () => {
    await checkClaim(kubernetes.cluster, legacy);
    kubernetes.objects.set("/api/v1/namespaces/trident/pods/shell", {
      metadata: { name: "shell" },
      spec: { volumes: [{ persistentVolumeClaim: { claimName: "trident" } }] },
    });
    await assert.rejects(checkClaim(kubernetes.cluster, legacy), /uninstalled, is mounted by pod shell/);
  });

  it("is tried with each image in turn, and the error says what each of them did", async () => {
    const images: unknown[] = [];
    kubernetes.controller = (path, object) => {
      const pod = object as V1Pod;
      if (!path.includes("/pods/") || pod.status !== undefined) return;
      const image = pod.spec?.containers[0]?.image ?? "";
      images.push(image);
      const waiting = { reason: "ErrImagePull", message: "not found" };
      const message = "a log line\ncluster cannot be downgraded";
      const state = image.endsWith("3.1.5") ? { waiting } : { terminated: { exitCode: 1, message } };
      setStatus(path, {
        initContainerStatuses: [{ name: "copy", state: { terminated: { exitCode: 0 } } }],
        containerStatuses: [{ name: "etcd", image, state }],
      });
    };
    await assert.rejects(open(), (error: Error) => {
      assert.equal(error.name, "LegacyEtcdImageError");
      assert.match(
        error.message,
        /etcd:v3\.1\.5: ErrImagePull.*etcd:v3\.3\.12: .*cannot be downgraded.*legacyEtcdImage/,
      );
      return true;
    });
    assert.deepEqual(images, source.etcdImages);
  });

  it("that can't be copied is tried with no other image", async () => {
    let pods = 0;
    kubernetes.controller = (path, object) => {
      if (!path.includes("/pods/") || object.status !== undefined) return;
      pods += 1;
      const message = "the volume has no data directory of etcd at its top (no folders member/snap and member/wal)";
      const state = { terminated: { exitCode: 3, message } };
      setStatus(path, { initContainerStatuses: [{ name: "copy", state }] });
    };
    await assert.rejects(
      open(),
      /no data directory of etcd.*with `\{ legacyClaim: "NAME" \}`.*another one: `\{ copyImage: "IMAGE" \}`/,
    );
    assert.equal(pods, 1);
  });

  function setStatus(path: string, status: unknown): void {
    const pod = kubernetes.objects.get(path);
    if (pod !== undefined)
      kubernetes.objects.set(path, { ...pod, status: { phase: "Pending", ...(status as object) } });
  }

  function open(): Promise<unknown> {
    return openCopiedClaim(kubernetes.cluster, legacy, source, owner, { timeoutSeconds: 10 });
  }
});
