import type { MigrationLease } from "../../../migration/lease/held-lease.ts";

/** A Lease that is lost when the signal is aborted; without one, never. */
export function leaseInMemory(lost: unknown = undefined): Promise<MigrationLease> {
  const signal = lost instanceof AbortSignal ? lost : new AbortController().signal;
  return Promise.resolve({
    signal,
    throwIfLost: () => {
      signal.throwIfAborted();
    },
    release: () => Promise.resolve(),
  });
}
