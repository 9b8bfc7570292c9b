import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { apiForms } from "../../../../../migration/kubernetes/cluster-apis.ts";
import { crdName, crdPath } from "../../../../../migration/destroy/crd.ts";
import type { FakePlanEnvironment } from "../fake-plan-environment.ts";
import { leasePath, ours, secrets } from "../places.ts";

// What the plan says of the stack's objects and permissions, each as the only thing that is wrong.

export function isUnderWay(environment: FakePlanEnvironment): void {
  environment.withLegacy().objects.set(leasePath, renewedAtEachReading());
}

export function hasForeignSecret(environment: FakePlanEnvironment): void {
  environment.withLegacy().objects.set(`${secrets}/etcd-client-tls`, { metadata: {} });
}

export function lacksPermissions(environment: FakePlanEnvironment): void {
  const missing = ["get /pods/portforward", "create /pods", "create apiextensions.k8s.io/customresourcedefinitions"];
  const { denied } = environment.withLegacy();
  for (const each of missing) denied.add(each);
}

export function isAnotherStacks(environment: FakePlanEnvironment): void {
  const annotations = { "trident-etcd/stack": "organization/trident-etcd/staging" };
  const clusterRole = "/apis/rbac.authorization.k8s.io/v1/clusterroles/trident-external-etcd-trident";
  environment.withLegacy().objects.set(`${secrets}/etcd-client-tls`, { metadata: { ...ours, annotations } });
  environment.objects.set(clusterRole, { metadata: { ...ours, annotations } });
  environment.objects.set(`${secrets}/etcd-peer-tls`, { metadata: ours });
}

/** Switched off in an API server that could serve it. */
export function lacksAnApi(environment: FakePlanEnvironment): void {
  const served = Object.values(apiForms).flatMap((forms) => forms.map(({ groupVersion }) => groupVersion));
  const versions = served.filter((each) => !each.startsWith("policy/")).map((groupVersion) => ({ groupVersion }));
  environment.withLegacy().objects.set("/apis", { groups: [{ versions }] });
}

export function hasUnusableCrd(environment: FakePlanEnvironment): void {
  const versions = [{ name: "v1beta2", served: true, subresources: { status: {} } }];
  environment.withLegacy().objects.set(crdPath(), {
    metadata: { name: crdName },
    spec: { scope: "Namespaced", names: { kind: "EtcdCluster" }, versions },
  });
}

function renewedAtEachReading(): ServedObject {
  let second = 0;
  return {
    get spec() {
      second += 1;
      const renewTime = new Date(Date.UTC(2999, 0, 1, 0, 0, second)).toISOString();
      return { holderIdentity: "build-7-4711-0a1b2c3d", renewTime, leaseDurationSeconds: 60 };
    },
  };
}

export function hasNewContainerRuntime(environment: FakePlanEnvironment): void {
  environment.lists.set("/api/v1/nodes", [
    node("worker-1", "amd64", "containerd://2.1.4"),
    node("worker-2", "amd64", "docker://25.0.3"),
  ]);
}

export function hasOnlyArmNodes(environment: FakePlanEnvironment): void {
  environment.lists.set("/api/v1/nodes", [node("worker-1", "arm64", "cri-o://1.31.0")]);
}

function node(name: string, architecture: string, containerRuntimeVersion: string): ServedObject {
  return { metadata: { name }, status: { nodeInfo: { architecture, containerRuntimeVersion }, images: [] } };
}
