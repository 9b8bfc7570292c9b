import { fencedSteps } from "../../lease/fenced-steps.ts";
import type { MigrationLease } from "../../lease/held-lease.ts";
import { lossOf } from "../../lease/held-lease.ts";
import { clusterEffects, type ClusterPort } from "./cluster-port.ts";

/**
 * Does what a run has the Lease for, and releases it. Once the Lease is lost nothing is changed any more, and nothing is certain
 * that an error says: another run may be at it.
 *
 * @param ofLoss makes the error to raise of why the Lease was lost and of what the run failed with; without it, the former is raised.
 */
export async function underLease<T>(
  cluster: ClusterPort,
  lease: MigrationLease,
  action: (fenced: ClusterPort) => Promise<T>,
  ofLoss: (loss: unknown, failure: unknown) => unknown = (loss) => loss,
): Promise<T> {
  try {
    return await action(fencedSteps(cluster, clusterEffects, lease));
  } catch (failure) {
    const loss = lossOf(lease);
    throw loss === undefined ? failure : ofLoss(loss, failure);
  } finally {
    await lease.release();
  }
}
