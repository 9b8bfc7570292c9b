import type { FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

export const leasePath = "/apis/coordination.k8s.io/v1/namespaces/trident/leases/trident-etcd-migration";

/** Another run has the Lease from now on. */
export function takenByAnother(fake: FakeKubernetes): void {
  const found = fake.objects.get(leasePath);
  if (found === undefined) return;
  const spec = { ...(found.spec as object), holderIdentity: "another-1-0" };
  fake.objects.set(leasePath, { ...found, spec, metadata: { ...found.metadata, resourceVersion: "another" } });
}
