import { isBlockedBy, type Blocker } from "../blockers/blocker.ts";
import { isForbidden } from "../kubernetes/errors.ts";
import { chooseApis, discoverApis, unservedApis, type ClusterApis } from "../kubernetes/cluster-apis.ts";
import { clusterUidPath } from "../kubernetes/own-cluster.ts";
import { flowOf } from "./flow/flow.ts";
import { hasTrident } from "./migration-plan.ts";
import type { PlanFacts } from "./plan-facts.ts";
import type { PlanRequest } from "./plan-request.ts";
import { readClaim } from "./read/claim.ts";
import { findCarriedPod } from "./flow/carried-pod.ts";
import { readPullSecrets } from "./read/pull-secrets.ts";
import { readRestore } from "./read/restore.ts";
import { readSilentDns } from "./read/cluster-dns.ts";
import type { Access, ClusterReader } from "./read/cluster-reader.ts";
import { readGivenObjects } from "./read/given-objects.ts";
import { readLegacyObjects } from "./read/legacy-objects.ts";
import { readNodes } from "./read/nodes.ts";
import { readMemberStorage } from "./read/member-storage.ts";
import { readNamespace } from "./read/namespace/read-namespace.ts";
import { readOtherTridents } from "./read/other-tridents.ts";
import { readMissingPermissions } from "./read/missing-permissions.ts";
import { claimMarkAccess, neededPermissions, runOf } from "./read/permissions.ts";
import type { PlanEnvironment } from "./read/plan-environment.ts";
import { readSnapshots } from "./read/snapshots.ts";
import { readRunningMigration } from "./read/running-migration.ts";
import { clusterWideOf, readStackObjects, schedulePlaces, stackObjects } from "./read/stack-objects.ts";
import { readState, readStateToCarryBack } from "./read/state/read-state.ts";
import { readTrident, type TridentRead } from "./read/trident.ts";
import { etcdRules } from "./rules/etcd/destination.ts";

/** Told what is being done, for the message in case it takes too long. */
export type Step = (doing: string) => void;

/** First whether the cluster answers, then what tells the flow, and with it what else depends on the flow. */
export async function readFacts(environment: PlanEnvironment, request: PlanRequest, step: Step): Promise<PlanFacts> {
  const { reader } = environment;
  const etcd = etcdRules(request.destination);
  step("reaching the cluster");
  const [missingNamespace, discovery] = await Promise.all([
    findMissingNamespace(environment),
    discoverApis((path) => reader.read(path)),
  ]);
  const apis = chooseApis(discovery);
  const makesNamespace = missingNamespace !== undefined && request.createNamespace === true;
  const places = stackObjects(request, [...etcd.places(apis), ...schedulePlaces(request, apis)]);
  step("looking for Trident and asking for permissions");
  const [kubeSystem, missing, others, silentDns, nodes, running, objects, given, trident] = await Promise.all([
    reader.read(clusterUidPath),
    unlessForbidden(readMissing(reader, request, apis)),
    readOtherTridents(reader, request, apis),
    readSilentDns(reader),
    readNodes(reader),
    readRunningMigration(reader, { ...request, apis }),
    readStackObjects(reader, missingNamespace === undefined ? places : clusterWideOf(places)),
    readGivenObjects(reader, request),
    missingNamespace === undefined ? readTrident(environment, request) : withoutNamespace(request, makesNamespace),
  ]);
  const etcdCluster = objects.find(({ object }) => object.startsWith("EtcdCluster/"))?.served;
  const { flow, recordFailure } = flowOf(request, trident, etcdCluster !== undefined);
  // A record that can't be used tells nothing, and no more does the Deployment that it is about.
  const { record, newTrident }: Pick<TridentRead, "record" | "newTrident"> = recordFailure === undefined ? trident : {};
  step("reading the embedded etcd and the new one");
  const standing = trident.finding?.kind === "legacy" ? trident.finding.legacy : undefined;
  const found = flow.legacy ?? flow.putBack;
  const legacy = found?.externalEtcd === undefined ? found : undefined;
  const carried = findCarriedPod(flow, record);
  const stackPods = await request.stackPods?.({ carried: carried?.pod() ?? {}, apis });
  const [claim, legacyObjects, state, members, memberStorage, tridentTrouble, pullSecrets, namespace, snapshots] =
    await Promise.all([
      legacy === undefined ? undefined : readClaim(reader, legacy),
      readLegacyObjects(reader, request, standing ?? legacy, record),
      flow.putBack === undefined
        ? readState(environment, request, {
            ...{ ...flow, etcdCluster, isExisting: etcd.isThereBefore },
            record: flow.flow === "move" ? trident.move?.record : record,
          })
        : readStateToCarryBack(environment, request),
      // Their pods are among the permissions that are asked for.
      missingNamespace === undefined ? unlessForbidden(environment.askMembers()) : [],
      readMemberStorage(reader, request),
      hasTrident(flow.flow) ? environment.findTridentTrouble() : undefined,
      readPullSecrets(reader, request.namespace, wantedPullSecrets(request)),
      missingNamespace === undefined
        ? readNamespace(reader, { ...request, stackPods }, { flow, apis, kubernetesVersion: discovery.version })
        : undefined,
      readSnapshots(reader, request, apis),
    ]);
  step("reading what is to be restored");
  const restore =
    missingNamespace === undefined || makesNamespace
      ? await readRestore(environment, request, { record, members, etcdCluster, state })
      : {};
  return {
    ...{ cluster: environment.cluster, clusterUid: kubeSystem?.metadata?.uid },
    ...{ kubernetesVersion: discovery.version, apis, unservedApis: unservedApis(discovery) },
    now: new Date(),
    ...{ flow, record, recordFailure, missing, others, managers: trident.managers, silentDns, nodes, running },
    ...{ objects, given, etcdCluster, members, tridentTrouble, newTrident, claim, legacyObjects, state, pullSecrets },
    ...{ namespace, restore, snapshots },
    formerEtcd: trident.move?.source,
    ...(carried === undefined ? {} : { carriedPod: carried }),
    ...(memberStorage === undefined ? {} : { memberStorage }),
    ...(stackPods?.members === undefined ? {} : { plannedMembers: stackPods.members }),
    ...{ makesNamespace, blockers: missingNamespace === undefined || makesNamespace ? [] : [missingNamespace] },
  };
}

/** Those that a setting names: one that the old Trident names and that is not there did no harm either. */
function wantedPullSecrets({ pods }: PlanRequest) {
  return { names: pods?.pullSecrets ?? [], byMembers: (pods?.memberPullSecrets ?? []).length > 0 };
}

function readMissing(reader: ClusterReader, request: PlanRequest, apis: ClusterApis): Promise<Access[]> {
  const { needs } = etcdRules(request.destination);
  const wished = [...needs.wished, ...(request.migrate ? [claimMarkAccess(request.namespace)] : [])];
  return readMissingPermissions(reader, neededPermissions(runOf(request, apis), needs), wished);
}

function withoutNamespace({ namespace }: PlanRequest, isMade: boolean): TridentRead {
  if (isMade) return { finding: { kind: "absent" } };
  return { unread: `there is no namespace ${namespace}` };
}

async function findMissingNamespace(environment: PlanEnvironment): Promise<Blocker | undefined> {
  try {
    await environment.checkNamespace();
    return undefined;
  } catch (error) {
    if (isBlockedBy(error, "namespaceMissing")) return error.blocker;
    throw error;
  }
}

/** Undefined for what nobody may ask: what is missing shows when it is used. */
async function unlessForbidden<Result>(asking: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
