import { withCertificates } from "../certificates.ts";
import { smallState, threeMembers, type FakePlanEnvironment } from "../fake-plan-environment.ts";
import { deploymentPath, emptyRecord, etcdClusterPath, ours } from "../places.ts";
import { recordedStack } from "../stacks.ts";

// What the plan says of the stack's own etcd, each as the only thing that is wrong.

export function hasMembers(environment: FakePlanEnvironment): void {
  withCertificates(environment.withLegacy().withEtcdCluster());
}

export function runsElsewhere(environment: FakePlanEnvironment): void {
  const container = { name: "trident-main", args: ["-etcd_v3", "https://trident-etcd-client:2379", "-k8s_pod"] };
  const spec = { template: { spec: { containers: [container] } } };
  environment.withExistingEtcd().objects.set(deploymentPath, { metadata: ours, spec });
}

export function emptied(environment: FakePlanEnvironment): void {
  recordedStack(environment, {});
}

export function twoVersionsBehind(environment: FakePlanEnvironment): void {
  recordedStack(environment, smallState);
  environment.members = threeMembers({ version: "3.3.27" });
  const etcdCluster = environment.objects.get(etcdClusterPath);
  environment.objects.set(etcdClusterPath, { ...etcdCluster, spec: { version: "3.3.27" } });
}

export function hasFailed(environment: FakePlanEnvironment): void {
  environment.withEtcdCluster();
  const words =
    'cluster create: failed to create seed member (a): pods "a" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=5, limited: pods=5';
  const status = { phase: "Failed", reason: words };
  environment.objects.set(etcdClusterPath, { ...environment.objects.get(etcdClusterPath), status });
  environment.destination = undefined;
  environment.members = [];
}

export function lost(environment: FakePlanEnvironment): void {
  recordedStack(environment, smallState);
  environment.objects.delete(etcdClusterPath);
  environment.destination = undefined;
  environment.members = [];
}

export function lacksAMember(environment: FakePlanEnvironment): void {
  recordedStack(environment, smallState);
  environment.members = [...threeMembers().slice(0, 2), { kind: "ended", pod: "trident-etcd-c", reason: "Evicted" }];
}

export function isAnother(environment: FakePlanEnvironment): void {
  recordedStack(environment, {});
  environment.record = { ...emptyRecord, etcdClusterId: "7", etcdHeldKeys: "true" };
}

export function lostItsQuorum(environment: FakePlanEnvironment): void {
  recordedStack(environment, smallState);
  environment.destination = undefined;
  environment.members = threeMembers({ hasLeader: false, errors: ["etcdserver: no leader"] }).slice(0, 1);
}

export function isFull(environment: FakePlanEnvironment): void {
  hasMembers(environment);
  environment.members = threeMembers({ alarms: [{ memberId: "2", kind: "NOSPACE" }] });
}

export function isSpoilt(environment: FakePlanEnvironment): void {
  hasMembers(environment);
  environment.members = threeMembers({ alarms: [{ memberId: "2", kind: "CORRUPT" }] });
}
