import { lossForGood } from "../lease/held-lease.ts";
import { sourcePodLeft } from "../trident/legacy-etcd/source-pod.ts";
import { legacyInRecord } from "../trident/legacy/unfinished-migration.ts";
import { NameTakenError, RollbackError, type Rollback, type RollbackOutcome } from "./rollback.ts";

/** As long as the cluster may be away for the new Trident to be started again all the same. */
const patienceSeconds = 300;

/**
 * Has the new Trident serve again after a rollback failed. The new etcd was only read, so nothing is to be taken back there. An
 * legacy Trident that this run started goes first: never two at once. Answers with the error to raise.
 */
export async function serveAgain(failed: {
  readonly rollback: Rollback;
  /** Of the legacy Deployment, when this run made it. */
  readonly uid: string | undefined;
  readonly during: string;
  readonly cause: unknown;
}): Promise<RollbackError> {
  const { rollback, uid, during, cause } = failed;
  const { cluster, lease, report } = rollback;
  const loss = await lossForGood(lease.held, patienceSeconds);
  // Whoever holds the Lease now may have started a Trident.
  if (loss !== undefined) return new RollbackError({ during, cause: loss, outcome: { kind: "leftToOther" } });
  report(`Failed while ${during}; starting the new Trident again.`);
  const leftBehind: string[] = [];
  await cluster.removeSourcePod().catch((error: unknown) => {
    leftBehind.push(sourcePodLeft(cluster.namespace, error));
  });
  return new RollbackError({ during, cause, outcome: await startNew(rollback, uid), leftBehind });
}

async function startNew({ cluster, record }: Rollback, uid: string | undefined): Promise<RollbackOutcome> {
  try {
    if (uid !== undefined) {
      await cluster.removeRecreatedLegacy(legacyInRecord(record, cluster.legacyEtcdContainer), uid);
    }
    const standing = await cluster.findTrident();
    if (standing.kind !== "absent") {
      throw new NameTakenError(cluster.namespace, cluster.legacyDeployment, "not the new Trident's");
    }
    await cluster.startNewTridentAgain(record);
    return { kind: "newServes" };
  } catch (why) {
    return { kind: "noneServes", why };
  }
}
