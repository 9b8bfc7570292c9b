import { V1Lease, V1LeaseSpec, V1MicroTime } from "@kubernetes/client-node";
import { LeaseLostError } from "./errors.ts";
import type { LeaseApi } from "./lease-api.ts";

/** The right to migrate, for as long as it is renewed. */
export interface MigrationLease {
  /** Aborted when the Lease is lost, with a LeaseLostError as its reason. */
  readonly signal: AbortSignal;
  /** To be called before each step. Raises LeaseLostError. */
  throwIfLost(): void;
  /** Never fails: a Lease that can't be given back expires. */
  release(): Promise<void>;
}

/** As often as whoever looks wants to see that its holder lives. */
export const renewalMilliseconds = 5000;

/** A Lease that was taken, renewed every 5 s, or four times in a shorter duration. */
export class HeldLease implements MigrationLease {
  readonly #api: LeaseApi;
  readonly #durationMilliseconds: number;
  readonly #lost = new AbortController();
  #lease: V1Lease;
  #renewedAt = performance.now();
  #renewal: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  constructor(api: LeaseApi, lease: V1Lease, durationSeconds: number) {
    this.#api = api;
    this.#lease = lease;
    this.#durationMilliseconds = durationSeconds * 1000;
    let renewing = false;
    this.#timer = setInterval(
      () => {
        if (renewing) return;
        renewing = true;
        this.#renewal = this.#renew().finally(() => {
          renewing = false;
        });
      },
      Math.min(renewalMilliseconds, this.#durationMilliseconds / 4),
    );
    // What is to be awaited is the migration, not this.
    this.#timer.unref();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  throwIfLost(): void {
    // A process that slept through its renewals must not go on before its timers have caught up.
    this.#loseIfTooOld();
    this.#lost.signal.throwIfAborted();
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewal;
    if (!this.#lost.signal.aborted) await this.#api.remove(this.#lease).catch(() => undefined);
  }

  async #renew(): Promise<void> {
    const startedAt = performance.now();
    try {
      const renewed = await this.#api.replace(renewedNow(this.#lease));
      if (renewed === "conflict") {
        await this.#lookWhy();
        return;
      }
      this.#lease = renewed;
      this.#renewedAt = startedAt;
    } catch {
      // The API server was away; it may be back for the next renewal.
      this.#loseIfTooOld();
    }
  }

  /** An answer that was lost, or somebody who set a label, changes the version and takes nothing. */
  async #lookWhy(): Promise<void> {
    const found = await this.#api.read();
    if (found === undefined) {
      this.#lose("it was deleted");
    } else if (found.metadata?.uid !== this.#lease.metadata?.uid || holder(found) !== holder(this.#lease)) {
      this.#lose(`${holder(found) === "" ? "nobody" : holder(found)} holds it now`);
    } else {
      // Renewed with the version that was found, when the next renewal is due.
      this.#lease = found;
    }
  }

  #loseIfTooOld(): void {
    const age = performance.now() - this.#renewedAt;
    if (age >= this.#durationMilliseconds) {
      this.#lose(`it could not be renewed for ${Math.round(age / 1000)} s`);
    }
  }

  #lose(how: string): void {
    clearInterval(this.#timer);
    if (!this.#lost.signal.aborted) this.#lost.abort(new LeaseLostError(this.#api.namespace, how));
  }
}

function renewedNow(lease: V1Lease): V1Lease {
  const spec = Object.assign(new V1LeaseSpec(), lease.spec, { renewTime: new V1MicroTime() });
  return Object.assign(new V1Lease(), lease, { spec });
}

function holder({ spec }: V1Lease): string {
  return spec?.holderIdentity ?? "";
}
