import { LeaseLostError } from "./errors.ts";
import type { MigrationLease } from "./held-lease.ts";

/** Why the Lease is lost; undefined while it is held. */
export function lossOf(lease: MigrationLease): unknown {
  try {
    lease.throwIfLost();
    return undefined;
  } catch (reason) {
    return reason;
  }
}

/**
 * Why nothing may be taken back; undefined when it may. The API server is asked for a Lease that could not be renewed in time: if
 * nobody has taken it meanwhile, this run has it again, and is the one to tidy up.
 */
export async function lossForGood(lease: MigrationLease, patienceSeconds: number): Promise<unknown> {
  const reason = lossOf(lease);
  if (lease.regain === undefined) return reason;
  try {
    await lease.regain(patienceSeconds);
    return undefined;
  } catch (error) {
    // Without an answer it is lost once it is too old, and each step asks again before that.
    return error instanceof LeaseLostError ? error : lossOf(lease);
  }
}
