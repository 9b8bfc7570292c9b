import { basename } from "node:path";
import type { V1Deployment } from "@kubernetes/client-node";
import { isClientUrlOf, type ManagedAddress } from "../connect/etcd-address.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound, withoutFullStop } from "../kubernetes/errors.ts";
import { etcdClustersPath } from "../kubernetes/etcd-cluster-api.ts";
import { askMembers } from "../members/ask-members.ts";
import type { AskedMember } from "../members/asked-member.ts";
import { isTrident } from "../plan/read/other-tridents.ts";
import { findMigrationRecord } from "../record/migration-record.ts";
import { recordedEtcd } from "../record/recorded-etcd.ts";
import { checkTrident } from "../serving/wait-for-trident.ts";
import { parseSnapshotName } from "../snapshot/snapshot-name.ts";
import { listSnapshots } from "../snapshot/snapshot-directory.ts";
import { etcdUrlOf } from "../trident/new/etcd-url.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import type { EtcdStatus, SnapshotsFound, TridentFound } from "./etcd-status.ts";
import { readScheduled } from "./read-scheduled.ts";
import { readCertificates } from "./read-certificates.ts";

export interface StatusRequest {
  readonly address: ManagedAddress;
  /** The ConfigMap with the stack's record. */
  readonly record: string;
  /** Where snapshots are kept on this machine; a folder that is not there has none. */
  readonly directory: string;
}

/**
 * Looks once at all that there is to see of an etcd, and writes nothing. What may not be read, or can't be, is among what is unknown.
 *
 * @throws what listing the members' pods raises: without them there is nothing to say.
 */
export async function readStatus(
  cluster: ClusterClient,
  { address, record, directory }: StatusRequest,
): Promise<EtcdStatus> {
  const { namespace, etcdCluster } = address;
  const unknown: string[] = [];
  const known = async <Result>(what: string, reading: Promise<Result>): Promise<Result | undefined> => {
    try {
      return await reading;
    } catch (error) {
      unknown.push(`${what}: ${withoutFullStop(describeFailure(error))}`);
      return undefined;
    }
  };
  const members = await askMembers(cluster, address);
  const running = members.filter(({ kind }) => kind === "answers" || kind === "silent").map(({ pod }) => pod);
  const [size, certificates, trident, recorded, snapshots, scheduled] = await Promise.all([
    known("the EtcdCluster", readSize(cluster, address)),
    known("certificates", readCertificates(cluster, address, running)),
    known("Trident", findTrident(cluster, address)),
    known("the stack's record", findMigrationRecord(cluster, { namespace, record }).then(recordedEtcd)),
    findSnapshots(directory, namespace),
    known("scheduled snapshots", readScheduled(cluster, address)),
  ]);
  return {
    ...{ namespace, etcdCluster, at: new Date(), size, members, alarms: alarmsOf(members) },
    certificates: certificates?.certificates ?? [],
    clusterVersion: certificates?.clusterVersion,
    ...{ snapshots, scheduled, trident, recorded, unknown },
  };
}

/** Each once, whoever tells of it. */
function alarmsOf(members: readonly AskedMember[]): EtcdStatus["alarms"] {
  const all = members.flatMap((each) => (each.kind === "answers" ? each.view.alarms : []));
  return [...new Map(all.map((alarm) => [`${alarm.memberId} ${alarm.kind}`, alarm])).values()];
}

async function readSize(
  cluster: ClusterClient,
  { namespace, etcdCluster }: ManagedAddress,
): Promise<EtcdStatus["size"]> {
  const path = `${etcdClustersPath(namespace)}/${etcdCluster}`;
  try {
    const { spec } = (await cluster.requestJson({ method: "GET", path })) as { spec?: { size?: number } };
    return spec?.size;
  } catch (error) {
    if (isNotFound(error)) return "absent";
    throw error;
  }
}

/** The one that is told this etcd, or else any that is in the namespace. */
async function findTrident(cluster: ClusterClient, address: ManagedAddress): Promise<TridentFound | undefined> {
  const { items } = await cluster.apps.listNamespacedDeployment({ namespace: address.namespace });
  const tridents = items.filter((each) => isTrident(each));
  const urlOf = ({ spec }: V1Deployment): string | undefined => etcdUrlOf(spec?.template.spec);
  const isOnThis = (each: V1Deployment): boolean => isClientUrlOf(address, urlOf(each) ?? "");
  const found = tridents.find(isOnThis) ?? tridents[0];
  if (found === undefined) return undefined;
  const deployment = found.metadata?.name ?? "";
  const containers = found.spec?.template.spec?.containers ?? [];
  const main = containers.find(({ name }) => name === "trident-main") ?? containers[0];
  return {
    ...{ deployment, image: main?.image ?? "", etcdUrl: urlOf(found), isOnThisEtcd: isOnThis(found) },
    trouble: isOnThis(found) ? await troubleOf(cluster, address.namespace, deployment) : undefined,
  };
}

/** Asks its REST API: a Trident whose pod is ready may know nothing of its state. */
async function troubleOf(cluster: ClusterClient, namespace: string, deployment: string): Promise<string | undefined> {
  try {
    const look = await checkTrident(cluster, { namespace, deployment });
    return look.done ? undefined : look.seen;
  } catch (error) {
    return withoutFullStop(describeFailure(error));
  }
}

async function findSnapshots(directory: string, namespace: string): Promise<SnapshotsFound | undefined> {
  if (directory === "") return undefined;
  const paths = await listSnapshots(directory, namespace);
  const path = paths.at(-1);
  const at = path === undefined ? undefined : parseSnapshotName(basename(path))?.savedAt;
  const newest = path === undefined || at === undefined ? undefined : { path, at };
  return { directory, count: paths.length, newest };
}
