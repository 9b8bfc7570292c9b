import type { RequestGate } from "../kubernetes/connections/request-gate.ts";
import type { HeldLease } from "./held-lease.ts";

/**
 * Lets requests to the cluster through for as long as the Lease is held, once there is one: of a run that has lost it nothing
 * gets there any more, and what is under way is given up. Before each change the API server itself is asked.
 */
export class LeaseGate implements RequestGate {
  readonly #closing = new AbortController();
  #lease: HeldLease | undefined;

  /** Aborted at the first loss, also of a Lease that is had again: for what leads on, not for what takes back. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Of the Lease as it is held now: for what takes back. */
  get heldSignal(): AbortSignal | undefined {
    return this.#lease?.signal;
  }

  heldWith(lease: HeldLease): HeldLease {
    this.#lease = lease;
    const { signal } = lease;
    const close = (): void => {
      this.#closing.abort(signal.reason);
    };
    if (signal.aborted) close();
    else signal.addEventListener("abort", close, { once: true });
    return lease;
  }

  async pass(isChange: boolean): Promise<AbortSignal | undefined> {
    const lease = this.#lease;
    if (lease === undefined) return undefined;
    if (isChange) await lease.confirm();
    else lease.throwIfLost();
    return lease.signal;
  }
}
