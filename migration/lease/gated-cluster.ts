import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { acquireLease, type AcquireOptions } from "./acquire-lease.ts";
import type { LeasePlace } from "./lease-place.ts";
import type { HeldLease } from "./held-lease.ts";
import { leaseApi } from "./lease-api.ts";
import { LeaseGate } from "./lease-gate.ts";

/** When nothing else is asked for. */
const defaultDurationSeconds = 60;

export interface GatedCluster {
  /** In reach for as long as the Lease is held, once there is one. */
  readonly cluster: ClusterClient;
  readonly gate: LeaseGate;
  /** The user's, or the first loss of the Lease: for the waits of the steps that lead on. */
  readonly interruption: AbortSignal;
  /** Raises MigrationRunningError. */
  readonly acquire: (place: LeasePlace, options: GatedLeaseOptions) => Promise<HeldLease>;
}

type GatedLeaseOptions = Pick<AcquireOptions, "owner" | "report"> & {
  /** @default 60 */
  readonly durationSeconds?: number | undefined;
};

/** The cluster for a run that holds a Lease while it changes anything. */
export function gatedCluster(open: ClusterClient, userInterruption?: AbortSignal): GatedCluster {
  const gate = new LeaseGate();
  const cluster = open.behind(gate);
  const signals = userInterruption === undefined ? [gate.signal] : [userInterruption, gate.signal];
  const interruption = AbortSignal.any(signals);
  return {
    ...{ cluster, gate, interruption },
    acquire: async (place, { durationSeconds = defaultDurationSeconds, ...rest }) => {
      const options = { ...rest, durationSeconds, interruption };
      return gate.heldWith(await acquireLease(leaseApi(cluster, place), options));
    },
  };
}
