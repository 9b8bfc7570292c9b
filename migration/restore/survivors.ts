import type { EtcdClusterAddress } from "../connect/etcd-address.ts";
import type { OpenStore } from "../connect/open-store.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { findMembers } from "../members/find-members.ts";
import { describeFailure } from "../wording/describe-failure.ts";

/** A member of an etcd that has lost the others: it serves nobody, and gives away what it has. */
export interface Survivor {
  readonly pod: string;
  readonly clusterId: string;
  /** The last that it knows to be decided. */
  readonly revision: bigint;
}

/** None of those that are left gives what it has. */
export class NoSurvivorError extends Error {
  override readonly name = "NoSurvivorError";
  /** Whether no pod runs that could be asked. */
  readonly isNobodyThere: boolean;

  constructor(etcdCluster: string, reasons: readonly string[]) {
    const why = reasons.length === 0 ? "none of its pods runs" : reasons.map(withoutFullStop).join("; ");
    super(
      `no member of EtcdCluster ${etcdCluster} gives what it has: ${why}. Restore a snapshot instead, if there is one`,
    );
    this.isNobodyThere = reasons.length === 0;
  }
}

interface Opened extends Survivor {
  readonly store: OpenStore;
}

/**
 * Has the action take what the surviving member sends that has seen the most, or the next one where that one fails.
 *
 * @param clusterId that they have to be of; undefined for whatever they are of.
 * @throws NoSurvivorError
 */
export async function withSurvivor<T>(
  cluster: ClusterClient,
  address: EtcdClusterAddress,
  clusterId: string | undefined,
  action: (survivor: Survivor, store: OpenStore) => Promise<T>,
): Promise<T> {
  const { opened, reasons } = await openSurvivors(cluster, address, clusterId);
  try {
    for (const survivor of opened) {
      try {
        return await action(survivor, survivor.store);
      } catch (error) {
        reasons.push(`${survivor.pod}: ${describeFailure(error)}`);
      }
    }
    throw new NoSurvivorError(address.etcdCluster, reasons);
  } finally {
    await Promise.all(opened.map(({ store }) => store.close()));
  }
}

/** The one that has seen the most first. */
async function openSurvivors(
  cluster: ClusterClient,
  address: EtcdClusterAddress,
  clusterId: string | undefined,
): Promise<{ opened: Opened[]; reasons: string[] }> {
  const { running } = await findMembers(cluster, address);
  const reasons: string[] = [];
  const all = await Promise.all(
    running.map(async (member): Promise<Opened[]> => {
      try {
        const store = await member.open();
        try {
          const status = await store.status();
          if (clusterId !== undefined && status.clusterId !== clusterId) {
            throw new Error(`it is of etcd cluster ${status.clusterId}`);
          }
          return [{ pod: member.name, clusterId: status.clusterId, revision: status.revision, store }];
        } catch (error) {
          await store.close();
          throw error;
        }
      } catch (error) {
        reasons.push(`${member.name}: ${describeFailure(error)}`);
        return [];
      }
    }),
  );
  return { opened: all.flat().sort((one, other) => Number(other.revision - one.revision)), reasons };
}
