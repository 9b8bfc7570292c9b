import { newestApis } from "../../../../migration/kubernetes/cluster-apis.ts";
import { stackObjects } from "../../../../migration/plan/read/stack-objects.ts";
import { etcdRules } from "../../../../migration/plan/rules/etcd/destination.ts";
import { legacyDeployment } from "../../trident/legacy/legacy-deployment.ts";
import { smallState, type FakePlanEnvironment } from "./fake-plan-environment.ts";
import { deploymentPath, emptyRecord, newTridentPath, ours } from "./places.ts";
import { planRequest } from "./plan-scene.ts";

type Entries = Readonly<Record<string, string>>;

/** All that a stack with an etcd of its own consists of. */
export function withStackObjects(environment: FakePlanEnvironment): FakePlanEnvironment {
  const request = planRequest();
  for (const { path, isOptional } of stackObjects(request, etcdRules(request.destination).places(newestApis))) {
    if (isOptional !== true && !environment.objects.has(path)) environment.objects.set(path, { metadata: ours });
  }
  return environment;
}

/** A stack whose migration has ended, with what the new Trident has written since. */
export function migratedStack(environment: FakePlanEnvironment): FakePlanEnvironment {
  restoredBeside(environment);
  environment.objects.set(deploymentPath, { metadata: ours });
  environment.source = undefined;
  return environment;
}

/** A stack of its own etcd whose Trident has its state there, as it is recorded. */
export function recordedStack(environment: FakePlanEnvironment, entries: Entries): void {
  const container = {
    name: "trident-main",
    image: "netapp/trident:19.04.0",
    args: ["-etcd_v3", "https://trident-etcd-client:2379", "-k8s_pod"],
  };
  environment.withEtcdCluster(entries).objects.set(deploymentPath, {
    metadata: ours,
    spec: { template: { spec: { containers: [container] } } },
  });
  environment.record = { ...emptyRecord, etcdClusterId: "2", etcdHeldKeys: "true" };
}

const revisions = {
  ...{ sourceClusterId: "1", sourceRevision: "6" },
  ...{ destinationClusterId: "2", destinationRevision: "6" },
};

/** As a record tells of a new Trident that was started on what a migration had copied. */
export const served = JSON.stringify({ keys: 5, ...revisions });

/** The record of a finished migration, with what is needed to take it back. */
export const copiedRecord = {
  ...emptyRecord,
  phase: "copied",
  result: JSON.stringify({ keys: 5, sha256: "aa", ...revisions }),
  legacyDeployment: JSON.stringify(legacyDeployment()),
} as const;

/** A migration's own Deployment of the new Trident. */
export const newTrident = {
  metadata: { ...ours, annotations: { "trident-etcd/verified-revision": "6" } },
  spec: { replicas: 1 },
};

/** What the new Trident has made of the state. */
export const written = { ...smallState, "/trident/v1/volume/c": "{}" };

/** The legacy Trident, which somebody has started, beside a new one that has written since the migration. */
export function startedBeside(environment: FakePlanEnvironment, wrote: { old?: Entries; fresh?: Entries } = {}): void {
  const { old = smallState, fresh = written } = wrote;
  environment.withLegacy(old).withEtcdCluster(fresh).objects.set(newTridentPath, newTrident);
  environment.record = { ...emptyRecord, phase: "stopped", served };
}

/** The legacy Trident, which somebody has put back after its migration had ended. */
export function restoredBeside(environment: FakePlanEnvironment): void {
  environment.withLegacy().withEtcdCluster(written);
  environment.record = copiedRecord;
}
