import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { EtcdAddress } from "../connect/etcd-address.ts";
import { openEtcd, type OpenEtcd } from "../connect/open-etcd.ts";
import { tryScratchKey } from "../connect/scratch-key.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import type { Patience } from "../kubernetes/wait-until.ts";
import { listPods, podName } from "../kubernetes/pods.ts";
import { isNotFound, withoutFullStop } from "../kubernetes/errors.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { readDeployment } from "../trident/legacy/legacy-trident.ts";
import { changeMigrationRecord, findMigrationRecord, type RecordChange } from "../record/migration-record.ts";
import { recordedEtcd, type RecordedEtcd } from "../record/recorded-etcd.ts";
import { replaceOutdatedOnCluster } from "../members/replace-outdated-members.ts";
import { waitForEtcd } from "../members/wait-for-members.ts";
import { podsOf, waitForTrident } from "./wait-for-trident.ts";

export interface ServingRequest {
  readonly namespace: string;
  /** The etcd that Trident has its state in. */
  readonly destination: EtcdAddress;
  readonly prefix: KeyPrefix;
  /** The ConfigMap with the stack's record. */
  readonly record: string;
  /** How many members the stack's own etcd is to have. */
  readonly size?: number;
  /** Absent for an etcd alone. */
  readonly tridentDeployment?: string;
  /** The cluster id of a recorded etcd that may be replaced by another one; empty for none. */
  readonly abandonedEtcd?: string;
}

/** What is asked and done, on a cluster or in memory. */
export interface ServingEnvironment {
  /** Undefined when there is no record. */
  findRecorded(): Promise<RecordedEtcd | undefined>;
  /**
   * Waits until the etcd serves, with all of its members, and these as their EtcdCluster says, where they are the stack's own. Answers
   * with its cluster id.
   */
  waitForEtcd(): Promise<string>;
  /** Absent for an etcd alone. */
  readonly trident?: TridentService;
  /** Puts, reads and deletes a key of no use. */
  tryEtcd(): Promise<void>;
  /** Under the prefix, and the revision at which they were counted. */
  countKeys(): Promise<{ readonly count: number; readonly revision: bigint }>;
  record(change: RecordChange): Promise<void>;
}

export interface TridentService {
  /** Has it begin anew: it keeps in memory what it once read. */
  restart(): Promise<void>;
  wait(): Promise<void>;
}

/** Somebody has replaced the etcd between the plan and now. */
export class UnexpectedEtcdError extends Error {
  override readonly name = "UnexpectedEtcdError";

  constructor(recorded: string, found: string) {
    super(
      `Trident's state is recorded in etcd cluster ${recorded}, and what serves now is etcd cluster ${found}: somebody has replaced ` +
        `it meanwhile. Nothing was recorded; \`pulumi preview\` says what that means and which ways there are.`,
    );
    this.stack = "";
  }
}

/** An etcd alone, which nobody else uses yet, does not do what it is for. */
export class EtcdNotServingError extends Error {
  override readonly name = "EtcdNotServingError";

  constructor(etcd: string, cause: unknown) {
    super(
      `${etcd} answers, but a key could not be put, read back and deleted: ${withoutFullStop(describeFailure(cause))}. ` +
        `Put that right and run \`pulumi up\` again.`,
      { cause },
    );
    this.stack = "";
  }
}

/**
 * Waits until the etcd and Trident serve, and records which etcd that is. An etcd alone is tried with a key of no use.
 *
 * @throws MembersNotServingError, TridentNotServingError, UnexpectedEtcdError, EtcdNotServingError
 */
export async function checkServing(
  environment: ServingEnvironment,
  { abandonedEtcd = "" }: Pick<ServingRequest, "abandonedEtcd">,
): Promise<void> {
  const clusterId = await environment.waitForEtcd();
  const recorded = await environment.findRecorded();
  const isAnother = recorded !== undefined && recorded.clusterId !== clusterId;
  const isGivenUp = recorded?.clusterId === abandonedEtcd;
  // The plan refuses it beforehand; what came in between is not to be recorded as if it were right.
  if (isAnother && recorded.heldKeys && !isGivenUp) throw new UnexpectedEtcdError(recorded.clusterId, clusterId);
  const { trident } = environment;
  if (trident === undefined) {
    await environment.tryEtcd();
  } else {
    if (isAnother) await trident.restart();
    await trident.wait();
  }
  const { count: keys, revision } = await environment.countKeys();
  const heldKeys = keys > 0 || (recorded?.heldKeys === true && !isAnother && !isGivenUp);
  // A last snapshot of the one before may still be to be taken.
  const before = isAnother ? { movedFromEtcd: recorded.clusterId } : {};
  const seen = { etcdRevision: revision.toString(), etcdRevisionAt: new Date().toISOString() };
  await environment.record({ etcdClusterId: clusterId, etcdHeldKeys: heldKeys ? "true" : null, ...seen, ...before });
}

export function servingOnCluster(
  cluster: ClusterClient,
  request: ServingRequest,
  patience: Patience,
  report: (line: string) => void,
): ServingEnvironment {
  const { namespace, destination, prefix, size, tridentDeployment: deployment } = request;
  const withEtcd = async <Result>(work: (etcd: OpenEtcd) => Promise<Result>): Promise<Result> => {
    const etcd = await openEtcd(cluster, destination, patience);
    try {
      return await work(etcd);
    } finally {
      await etcd.close();
    }
  };
  return {
    findRecorded: async () => recordedEtcd(await findMigrationRecord(cluster, request)),
    waitForEtcd: async () => {
      const clusterId = await waitForEtcd(cluster, destination, { ...patience, size, report });
      if (destination.kind === "managed" && size !== undefined) {
        await replaceOutdatedOnCluster(cluster, destination, { ...patience, size, report });
      }
      return clusterId;
    },
    ...(deployment === undefined
      ? {}
      : {
          trident: {
            restart: () => deletePods(cluster, namespace, deployment),
            wait: () => waitForTrident(cluster, { namespace, deployment }, patience),
          },
        }),
    tryEtcd: () =>
      withEtcd(async (etcd) => {
        try {
          await tryScratchKey(etcd);
        } catch (error) {
          throw new EtcdNotServingError(etcd.description, error);
        }
      }),
    countKeys: () => withEtcd((etcd) => etcd.range({ ...prefix, countOnly: true })),
    record: async (change) => {
      try {
        await changeMigrationRecord(cluster, request, change);
      } catch (error) {
        // Deleted by hand: the plan finds that nothing is recorded, and has it done again.
        if (!isNotFound(error)) throw error;
      }
    },
  };
}

/** Its Deployment makes another one. */
async function deletePods(cluster: ClusterClient, namespace: string, deployment: string): Promise<void> {
  const found = await readDeployment(cluster, namespace, deployment);
  if (found === undefined) return;
  for (const pod of await listPods(cluster, namespace, podsOf(found))) {
    try {
      await cluster.core.deleteNamespacedPod({ namespace, name: podName(pod) });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
