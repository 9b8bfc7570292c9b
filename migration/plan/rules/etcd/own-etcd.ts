import { X509Certificate } from "node:crypto";
import { newEtcd } from "../../../blockers/rollback-blockers.ts";
import {
  describeAddress,
  objectOf,
  type EtcdClusterAddress,
  type ManagedAddress,
} from "../../../connect/etcd-address.ts";
import type { ClusterApis } from "../../../kubernetes/cluster-apis.ts";
import { etcdClustersPath } from "../../../kubernetes/etcd-cluster-api.ts";
import { withoutFullStop } from "../../../kubernetes/errors.ts";
import { checkMembersNow } from "../../../members/wait-for-members.ts";
import { countMembers } from "../../../members/quorum.ts";
import { recordedEtcd } from "../../../record/recorded-etcd.ts";
import { crdName, crdPath, crdsPath } from "../../../destroy/crd.ts";
import type { KeptThing } from "../../../destroy/kept-report.ts";
import { counted } from "../../../wording/counted.ts";
import { describeFailure } from "../../../wording/describe-failure.ts";
import { isServing, type Flow, type PlannedStep } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { etcdOperatorRules } from "../../../permissions/etcd-operator-rules.ts";
import { listEtcdClusters, manage, onlyNamed, type EtcdNeeds } from "../../read/permissions.ts";
import { rbac, secretsIn, type Place } from "../../read/stack-objects.ts";
import { atRisk, nothingFound, together, type Findings } from "../findings.ts";
import { checkAlarms } from "./alarms.ts";
import { checkAuthorities } from "./authorities.ts";
import { isEtcdRemade, restorableFrom } from "../restore/restore.ts";
import type { EtcdRules } from "./etcd-rules.ts";
import { checkMemberStorage } from "./member-storage.ts";
import { checkMembers } from "./members.ts";
import { checkOutdated } from "./outdated-members.ts";

/** The stack makes it, and takes it away. */
export function ownEtcdRules(address: ManagedAddress): EtcdRules {
  const { etcdCluster: name, clientSecret } = address;
  return {
    isThereBefore: false,
    hasKnownQuota: true,
    isSaved: true,
    places: (apis) => placesOf(address, apis),
    needs: needsOf(address),
    whenLost:
      "Find out who has deleted or emptied it: Trident, as long as it is not restarted, still knows what it had read.",
    plan: ({ etcdClusterSize: size }, { etcdCluster, members, state }) => {
      const counts = countMembers({ served: etcdCluster, members });
      return {
        ...{ kind: "managed", name, exists: etcdCluster !== undefined || state.destination !== undefined, size },
        ...(counts === undefined ? {} : { members: counts.all, answering: counts.answering }),
      };
    },
    makingStep: ({ etcdClusterSize }, { etcdCluster, members }) =>
      makingStep(etcdClusterSize, countMembers({ served: etcdCluster, members })?.answering ?? 0),
    certificates: ({ certificateValidityHours: validHours }, secrets) =>
      certificatePlaces(clientSecret).map(({ name, secret, key }) => {
        const expires = endOf((secrets.get(secret)?.data as Record<string, string> | undefined)?.[key]);
        return expires === undefined ? { name, secret, validHours } : { name, secret, expires };
      }),
    check: (request, facts, another) => together(another, checkOwnEtcd(request, address, facts)),
    checkUnread: (failure) => {
      const why = withoutFullStop(describeFailure(failure ?? "none of its members is ready"));
      const see = `See that its members are healthy (\`kubectl describe etcdcluster ${name}\`), and run this again.`;
      const etcd = { object: objectOf(address), description: describeAddress(address) };
      return [newEtcd(etcd, `can't be read: ${why}`, see)];
    },
    allServe: (members, size, clusterId) => {
      const now = checkMembersNow(members, size);
      return now.done && now.value === clusterId;
    },
    made: (state, crd) => [
      `EtcdCluster ${name} with its members, ${state}`,
      crd === "own"
        ? "the etcd-operator, its permissions and, if no EtcdCluster is left in any namespace, its CustomResourceDefinition"
        : "the etcd-operator and its permissions",
      "the Secrets etcd-client-tls, etcd-server-tls and etcd-peer-tls",
    ],
    keptState: () => [],
    keptObjects: (crd, apis) => (crd === "own" ? [sharedCrd(apis)] : []),
  };
}

function placesOf({ namespace, etcdCluster, clientSecret }: ManagedAddress, apis: ClusterApis): Place[] {
  const core = `/api/v1/namespaces/${namespace}`;
  const budgets = `/apis/${apis.podDisruptionBudget}/namespaces/${namespace}/poddisruptionbudgets`;
  return [
    ["CustomResourceDefinition", crdName, crdsPath(apis)],
    ["EtcdCluster", etcdCluster, etcdClustersPath(namespace)],
    ["Service", etcdCluster, `${core}/services`],
    ["Service", `${etcdCluster}-client`, `${core}/services`],
    ["PodDisruptionBudget", etcdCluster, budgets],
    ["NetworkPolicy", etcdCluster, `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`],
    ["Secret", clientSecret, `${core}/secrets`],
    ["Secret", "etcd-server-tls", `${core}/secrets`],
    ["Secret", "etcd-peer-tls", `${core}/secrets`],
    ["Deployment", "etcd-operator", `/apis/apps/v1/namespaces/${namespace}/deployments`],
    ["ServiceAccount", "etcd-operator", `${core}/serviceaccounts`],
    ["Role", "etcd-operator", `${rbac}/namespaces/${namespace}/roles`],
    ["RoleBinding", "etcd-operator", `${rbac}/namespaces/${namespace}/rolebindings`],
    ["Endpoints", "etcd-operator", `${core}/endpoints`],
  ];
}

const crds = { group: "apiextensions.k8s.io", resources: ["customresourcedefinitions"] };

function needsOf({ clientSecret }: ManagedAddress): EtcdNeeds {
  return {
    inNamespace: [
      // The Endpoints are what the operator elects its leader on.
      { group: "", resources: ["services", "endpoints"], verbs: manage },
      { group: "policy", resources: ["poddisruptionbudgets"], verbs: manage },
      { group: "networking.k8s.io", resources: ["networkpolicies"], verbs: manage },
      { group: "etcd.database.coreos.com", resources: ["etcdclusters"], verbs: manage },
    ],
    inCluster: ({ crd, isByName }) =>
      crd === "own"
        ? onlyNamed(crds, { name: crdName, isByName, verbs: ["get", "patch"] })
        : crd === "existing"
          ? [{ ...crds, names: [crdName], verbs: ["get"] }]
          : [],
    grants: [{ kind: "Role", name: "etcd-operator", rules: etcdOperatorRules("etcd-operator", [clientSecret]) }],
    wished: [listEtcdClusters],
  };
}

/** The operator's pod, then the members one after the other, each about 10 s. */
const operatorSeconds = 20;
const memberSeconds = 12;

function makingStep(wanted: number, ready: number): Omit<PlannedStep, "stops"> {
  const missing = Math.max(0, wanted - ready);
  if (missing === 0) {
    const answering = `${ready} of ${counted(wanted, "member answers", "members answer")}`;
    return { what: `Keep the etcd cluster as it is, ${answering}`, estimateSeconds: 0 };
  }
  return {
    what: `Make the etcd-operator, the certificates and ${counted(wanted, "etcd member")}`,
    estimateSeconds: operatorSeconds + missing * memberSeconds,
  };
}

/** The certificates in the stack's Secrets, under the keys that the etcd-operator wants. */
function certificatePlaces(clientSecret: string): { name: string; secret: string; key: string }[] {
  return [
    { name: "authority", secret: clientSecret, key: "etcd-client-ca.crt" },
    { name: "server", secret: "etcd-server-tls", key: "server.crt" },
    { name: "peer", secret: "etcd-peer-tls", key: "peer.crt" },
    { name: "client", secret: clientSecret, key: "etcd-client.crt" },
  ];
}

function endOf(base64: string | undefined): string | undefined {
  if (base64 === undefined || base64 === "") return undefined;
  try {
    return new Date(new X509Certificate(Buffer.from(base64, "base64")).validTo).toISOString();
  } catch {
    // Not a certificate: its user will say so; the plan only wants its end.
    return undefined;
  }
}

function sharedCrd(apis: ClusterApis): KeptThing {
  return {
    what:
      `CustomResourceDefinition ${crdName}, if an EtcdCluster of any namespace is left; with it, all of them and their data ` +
      `would be deleted`,
    command: `kubectl delete customresourcedefinition ${crdName}`,
    look: { path: crdPath(apis) },
  };
}

/** What keeps the stack's own etcd from being Trident's, and how long it may last. */
function checkOwnEtcd(request: PlanRequest, address: EtcdClusterAddress, facts: PlanFacts): Findings {
  const { flow } = facts.flow;
  const isRemade = isEtcdRemade(request, facts);
  const members = checkMembers({
    ...{ flow, address, served: facts.etcdCluster, members: facts.members, recorded: recordedEtcd(facts.record) },
    ...{ isRemade, restorable: restorableFrom(request, facts) },
  });
  return together(
    members,
    checkAlarms({ flow, address, members: facts.members }),
    checkMemberStorage(request, facts),
    members.blockers.length > 0 ? nothingFound : checkOutdated(flow, { ...facts, size: request.etcdClusterSize }),
    checkKeysBeforeTrident(request, facts),
    checkAuthorities({
      ...address,
      brought: request.broughtCertificates,
      generated: request.generatedCertificates,
      secrets: secretsIn(facts.objects),
      hasMembers: facts.etcdCluster !== undefined,
    }),
    members.blockers.length > 0 || isRemade ? nothingFound : checkReach(facts, flow, request),
    checkClusterDns(facts.silentDns, address.etcdCluster),
  );
}

/** An etcd that stood alone, or whose Trident was removed, may have been given a state. */
function checkKeysBeforeTrident(
  { prefix }: PlanRequest,
  { flow, state: { destinationKeys: keys = 0 } }: PlanFacts,
): Findings {
  if (flow.flow !== "install" || keys === 0) return nothingFound;
  return atRisk(
    "state",
    `The etcd holds ${counted(keys, "key")} under ${prefix.text} already: Trident starts on that state.`,
  );
}

/** One that is there and can't be asked is what `up` may put right: no blocker. */
export function checkReach(
  { etcdCluster, state }: Pick<PlanFacts, "etcdCluster" | "state">,
  flow: Flow,
  { etcdClusterSize: size, memberStorage }: Pick<PlanRequest, "etcdClusterSize" | "memberStorage">,
): Findings {
  const unasked =
    etcdCluster === undefined || state.destination !== undefined
      ? nothingFound
      : atRisk(
          "state",
          `The new etcd stands but can't be asked now, so what it holds is not known: ${reasonOf(state.destinationFailure)}.`,
        );
  if (flow === "rollback") return nothingFound;
  if (isServing(flow) || flow === "rolledBack") return unasked;
  const single =
    size > 1
      ? memberStorage !== undefined
        ? "The etcd-operator makes a new member, with a new claim, for one that is lost: of most that are lost at once it makes none, and " +
          "what their claims hold is got back by a restore."
        : "The members keep their data in their pods (emptyDir): only a snapshot survives the loss of most."
      : "A single etcd member has nobody to replace its data from: when its pod goes, so does the state.";
  // One that stands was told of when it was made.
  return etcdCluster === undefined ? atRisk("state", single) : unasked;
}

function reasonOf(failure: unknown): string {
  return failure === undefined ? "none of its members is ready" : withoutFullStop(describeFailure(failure));
}

export function checkClusterDns(silent: string | undefined, clusterName: string): Findings {
  if (silent === undefined) return nothingFound;
  const need = `the etcd members wait for their own DNS names (*.${clusterName}.NAMESPACE.svc) before they start`;
  return atRisk("service", `The DNS Service ${silent} has no ready endpoint; ${need}.`);
}
