import type { KeptThing } from "../../../destroy/kept-report.ts";
import type { ClusterApis } from "../../../kubernetes/cluster-apis.ts";
import {
  deletionCommand,
  describeAddress,
  etcdAddress,
  type EtcdAddress,
  type ExistingEtcdAddress,
} from "../../../connect/etcd-address.ts";
import type { KeyPrefix } from "../../../copy/store/key-range.ts";
import { isEtcdAlone, type Flow, type MigrationPlan, type SnapshotPlan } from "../../migration-plan.ts";
import type { LegacyObjects } from "../../read/legacy-objects.ts";
import { etcdRules } from "../etcd/destination.ts";
import { keptSnapshotClaim } from "../etcd/snapshots.ts";

export interface KeepFacts {
  readonly destination: EtcdAddress;
  readonly prefix: KeyPrefix;
  readonly crd: MigrationPlan["crd"];
  readonly apis: ClusterApis;
  readonly flow: Flow;
  readonly namespace: string;
  readonly legacyDeployment: string;
  readonly snapshotDirectory: string;
  /** What is saved by schedule, or was. */
  readonly scheduled?: Pick<SnapshotPlan, "claim"> | undefined;
  /** Somebody's, which Trident is moved from, or was. */
  readonly formerEtcd?: ExistingEtcdAddress | undefined;
  /** Undefined where there never was an old Trident, or nobody knows of it. */
  readonly legacy: LegacyObjects | undefined;
}

/** What `pulumi destroy` leaves, with the commands that remove it: the plan lists all of it, a destroy what is really there. */
export function whatDestroyKeeps(facts: KeepFacts): KeptThing[] {
  const etcd = etcdRules(facts.destination);
  return [
    ...[
      ...ofNamespace(facts),
      ...etcd.keptState(facts.prefix),
      ...formerState(facts),
      ...snapshots(facts, etcd.isSaved),
      ...keptSnapshotClaim(facts.namespace, facts.scheduled),
    ],
    ...[...etcd.keptObjects(facts.crd, facts.apis), provisionedVolumes],
  ];
}

/** Until a move has ended, it is this one that has all of the state; afterwards it has what was there when Trident left. */
function formerState({ formerEtcd, prefix }: KeepFacts): KeptThing[] {
  if (formerEtcd === undefined) return [];
  return [
    {
      what: `${calledFormer(formerEtcd)}, from which Trident is or was moved, with its state under ${prefix.text} as of then`,
      command: deletionCommand(formerEtcd.endpoints, prefix),
    },
  ];
}

export function calledFormer(etcd: ExistingEtcdAddress): string {
  return describeAddress(etcdAddress(etcd));
}

/** Whether the stack has or had to do with an old Trident. */
function isMigration(flow: Flow): boolean {
  return flow !== "install" && flow !== "installed" && !isEtcdAlone(flow);
}

function snapshots({ flow, namespace, snapshotDirectory }: KeepFacts, isSaved: boolean): KeptThing[] {
  const hasAny = isSaved || isMigration(flow);
  if (snapshotDirectory === "" || !hasAny) return [];
  return [
    {
      what: `the snapshots of etcd under ${snapshotDirectory}, which hold passwords`,
      command: `rm ${snapshotDirectory}/trident-etcd-${namespace}-*.db`,
      look: { snapshotDirectory, namespace },
    },
  ];
}

/** The namespace, and what the old Trident has in it and beside it. */
function ofNamespace(facts: KeepFacts): KeptThing[] {
  const { flow, namespace, legacyDeployment, legacy } = facts;
  const hasLegacy = legacy !== undefined || isMigration(flow);
  const kept: KeptThing = {
    what: `namespace ${namespace}${hasLegacy ? ", with the old Trident's PersistentVolumeClaim in it" : ""}`,
    command: `kubectl delete namespace ${namespace}`,
    look: { path: `/api/v1/namespaces/${namespace}` },
  };
  if (!hasLegacy) return [kept];
  // With the stack's own Trident gone, what has this name is the old one.
  const deployment = { path: `/apis/apps/v1/namespaces/${namespace}/deployments/${legacyDeployment}` };
  const neededBy = { ...deployment, name: legacyDeployment };
  const things = [kept, ...(legacy === undefined ? [unnamedState(namespace)] : legacyObjects(namespace, legacy))].map(
    (thing) => ({ ...thing, neededBy }),
  );
  if (flow !== "rollback" && flow !== "rolledBack") return things;
  const serves = { what: `Deployment ${legacyDeployment}, the old Trident, which serves on`, look: deployment };
  return [serves, ...things.map(withoutCommand)];
}

function withoutCommand({ what, look, neededBy }: KeptThing): KeptThing {
  return { what, ...(look === undefined ? {} : { look }), ...(neededBy === undefined ? {} : { neededBy }) };
}

const state = "THE OLD TRIDENT'S STATE, not to be deleted while anything may need it";

/** Where the record of the migration does not tell its name. */
function unnamedState(namespace: string): KeptThing {
  return {
    what: `the old Trident's PersistentVolumeClaim and its volume: ${state}`,
    command: `kubectl --namespace ${namespace} get persistentvolumeclaims`,
  };
}

function legacyObjects(namespace: string, { claim, volume, serviceAccount }: LegacyObjects): KeptThing[] {
  return [
    {
      what: `PersistentVolumeClaim ${claim}: ${state}`,
      command: `kubectl --namespace ${namespace} delete persistentvolumeclaim ${claim}`,
      look: { path: `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claim}` },
    },
    ...(volume === undefined
      ? []
      : [
          {
            what: `PersistentVolume ${volume}, on which that state is`,
            command: `kubectl delete persistentvolume ${volume}`,
            look: { path: `/api/v1/persistentvolumes/${volume}` },
          },
        ]),
    ...(serviceAccount === undefined ? [] : accountOf(namespace, serviceAccount)),
  ];
}

function accountOf(namespace: string, serviceAccount: string): KeptThing[] {
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  return [
    {
      what: `ServiceAccount ${serviceAccount} of the old Trident, as its installer made it`,
      command: `kubectl --namespace ${namespace} delete serviceaccount ${serviceAccount}`,
      look: { path: `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}` },
    },
    {
      what: `ClusterRoleBinding ${serviceAccount} of the old Trident`,
      command: `kubectl delete clusterrolebinding ${serviceAccount}`,
      look: { path: `${rbac}/clusterrolebindings/${serviceAccount}` },
    },
    {
      what: `ClusterRole ${serviceAccount} of the old Trident`,
      command: `kubectl delete clusterrole ${serviceAccount}`,
      look: { path: `${rbac}/clusterroles/${serviceAccount}` },
    },
  ];
}

const provisionedVolumes: KeptThing = {
  what: "the volumes that Trident provisioned (annotation pv.kubernetes.io/provisioned-by: netapp.io/trident) and their data",
  command: "kubectl get persistentvolumes",
  look: {
    list: "/api/v1/persistentvolumes",
    annotation: "pv.kubernetes.io/provisioned-by",
    value: "netapp.io/trident",
  },
};
