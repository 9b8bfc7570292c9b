import type { KeyPrefix } from "../../../copy/store/key-range.ts";
import { type EtcdAddress, deletionCommand, describeAddress, isOwnEtcd } from "../../../connect/etcd-address.ts";
import type { KeptThing } from "../../../uninstall/kept-report.ts";
import { crdName, crdPath } from "../../../uninstall/crd.ts";
import type { Flow } from "../../migration-plan.ts";
import type { LegacyObjects } from "../../read/legacy-objects.ts";

export interface KeepFacts {
  readonly flow: Flow;
  readonly namespace: string;
  readonly legacyDeployment: string;
  readonly snapshotDirectory: string;
  readonly destination: EtcdAddress;
  readonly prefix: KeyPrefix;
  readonly crd: "own" | "existing";
  /** Undefined where there never was an old Trident, or nobody knows of it. */
  readonly legacy: LegacyObjects | undefined;
}

/** What `pulumi destroy` leaves, with the commands that remove it: the plan lists all of it, a destroy what is really there. */
export function whatDestroyKeeps(facts: KeepFacts): KeptThing[] {
  const isOwn = isOwnEtcd(facts.destination);
  return [
    ...ofNamespace(facts),
    ...stateElsewhere(facts),
    ...snapshots(facts),
    ...(isOwn && facts.crd === "own" ? [sharedCrd] : []),
    provisionedVolumes,
  ];
}

function snapshots({ flow, namespace, snapshotDirectory, destination }: KeepFacts): KeptThing[] {
  // Of an etcd that was there before, a destroy saves none.
  const hasAny = isOwnEtcd(destination) || (flow !== "install" && flow !== "installed");
  if (snapshotDirectory === "" || !hasAny) return [];
  return [
    {
      what: `the snapshots of etcd under ${snapshotDirectory}, which hold passwords`,
      command: `rm ${snapshotDirectory}/trident-etcd-${namespace}-*.db`,
      look: { snapshotDirectory, namespace },
    },
  ];
}

/** An etcd that was there before is nobody's to empty. */
function stateElsewhere({ destination, prefix }: KeepFacts): KeptThing[] {
  if (isOwnEtcd(destination)) return [];
  const what = `${describeAddress(destination)}, with Trident's state under ${prefix.text}`;
  return [{ what, command: deletionCommand(destination.endpoints, prefix) }];
}

/** The namespace, and what the old Trident has in it and beside it. */
function ofNamespace(facts: KeepFacts): KeptThing[] {
  const { flow, namespace, legacyDeployment, legacy } = facts;
  const hasLegacy = legacy !== undefined || (flow !== "install" && flow !== "installed");
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

const sharedCrd: KeptThing = {
  what:
    `CustomResourceDefinition ${crdName}, if an EtcdCluster of any namespace is left; with it, all of them and their data ` +
    `would be deleted`,
  command: `kubectl delete customresourcedefinition ${crdName}`,
  look: { path: crdPath },
};

const provisionedVolumes: KeptThing = {
  what: "the volumes that Trident provisioned (annotation pv.kubernetes.io/provisioned-by: netapp.io/trident) and their data",
  command: "kubectl get persistentvolumes",
  look: {
    list: "/api/v1/persistentvolumes",
    annotation: "pv.kubernetes.io/provisioned-by",
    value: "netapp.io/trident",
  },
};
