import type { MigrationLease } from "./held-lease.ts";

/** Whoever started the migration asks it to stop. */
export class MigrationInterruptedError extends Error {
  override readonly name = "MigrationInterruptedError";

  constructor() {
    super("it was interrupted");
  }
}

export interface InterruptibleLease extends MigrationLease {
  /** The Lease itself, for what an interruption is no longer to stop. */
  readonly held: MigrationLease;
}

/** A Lease whose run stops as if it had been lost, with the interruption's reason, once that comes. */
export function interruptible(lease: MigrationLease, interruption: AbortSignal): InterruptibleLease {
  return {
    held: lease,
    signal: AbortSignal.any([lease.signal, interruption]),
    throwIfLost: () => {
      lease.throwIfLost();
      interruption.throwIfAborted();
    },
    ...(lease.confirm === undefined
      ? {}
      : { confirm: (maximumAge?: number) => lease.confirm?.(maximumAge) ?? Promise.resolve() }),
    release: () => lease.release(),
  };
}
