import { smallState, type FakePlanEnvironment } from "../fake-plan-environment.ts";
import { claimsPath, deploymentPath, emptyRecord, newTridentPath, ours } from "../places.ts";
import { migratedStack, newTrident, startedBeside, written } from "../stacks.ts";

// What the plan says of Tridents, each as the only thing that is wrong.

export function isElsewhere(environment: FakePlanEnvironment): void {
  const metadata = { name: "trident", namespace: "storage", labels: { app: "trident.netapp.io" } };
  environment.objects.set("/apis/apps/v1/deployments?limit=500", { items: [{ metadata, spec: { replicas: 1 } }] });
}

/** The new one has written two keys, and the old one, which somebody has started, one. */
export function areTwo(environment: FakePlanEnvironment): void {
  startedBeside(environment, {
    old: { ...smallState, "/trident/v1/volume/e": "{}" },
    fresh: { ...written, "/trident/v1/volume/d": "{}" },
  });
}

export function isKeptInSync(environment: FakePlanEnvironment): void {
  const deployment = environment.withLegacy().objects.get(deploymentPath);
  const annotations = { "argocd.argoproj.io/tracking-id": "storage:apps/Deployment:trident/trident" };
  environment.objects.set(deploymentPath, { ...deployment, metadata: { ...deployment?.metadata, annotations } });
}

export function isStale(environment: FakePlanEnvironment): void {
  const claim = environment.withClaimAlone().objects.get(`${claimsPath}/trident`);
  const text = "stale since 2030-01-02T03:04:05.678Z: Trident's state was moved to EtcdCluster trident-etcd";
  const metadata = { ...claim?.metadata, annotations: { "trident-etcd/state": text } };
  environment.objects.set(`${claimsPath}/trident`, { ...claim, metadata });
}

export function standsWithoutMigrate(environment: FakePlanEnvironment): void {
  migratedStack(environment).objects.delete(deploymentPath);
  environment.objects.set(newTridentPath, newTrident);
}

export function hasNoManifest(environment: FakePlanEnvironment): void {
  environment.withEtcdCluster(smallState).objects.set(deploymentPath, { metadata: ours });
  environment.record = { ...emptyRecord, phase: "copied", result: "{}" };
}

export function listsMore(environment: FakePlanEnvironment): void {
  const names = { backends: ["nas"], volumes: ["a", "b", "made-meanwhile"], storageClasses: [] };
  environment.withLegacy().answer = { kind: "names", names };
}

export function doesNotServe(environment: FakePlanEnvironment): void {
  environment.withLegacy().answer = {
    kind: "failed",
    reason:
      "its REST API answers with 500: Trident initialization failed; couldn't find backend nas for volume default-pvc-1a2b3",
  };
}

export function isHalfRolledBack(environment: FakePlanEnvironment): void {
  const { record } = migratedStack(environment);
  environment.withLegacy();
  if (record !== undefined) environment.record = { ...record, rollbackPhase: "restoring" };
}
