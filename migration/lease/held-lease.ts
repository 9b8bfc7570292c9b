import { migrationLease } from "./lease-place.ts";
import { V1Lease, V1LeaseSpec, V1MicroTime } from "@kubernetes/client-node";
import { seenDone, waitUntil } from "../kubernetes/wait-until.ts";
import type { LeaseApi } from "./lease-api.ts";
import type { PassedTime } from "./passed-time.ts";

/** The Lease went to another run, or could not be renewed in time, while this one was running. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";

  constructor(namespace: string, how: string, { name, work } = migrationLease(namespace)) {
    super(
      `This ${work} lost Lease ${name} in namespace ${namespace}, which keeps two from running at once: ${how}. See that ` +
        `nobody else is at the same there and that the cluster's API server answers`,
    );
  }
}

/** The right to migrate, for as long as it is renewed. */
export interface MigrationLease {
  /** Aborted when the Lease is lost, with a LeaseLostError as its reason. */
  readonly signal: AbortSignal;
  /** To be called before each step. Raises LeaseLostError. */
  throwIfLost(): void;
  /**
   * Asks the API server for it, unless that said so less than that many milliseconds ago. Raises LeaseLostError, or what kept it
   * from asking. Absent where there is nobody to ask.
   */
  confirm?(maximumAgeMilliseconds?: number): Promise<void>;
  /**
   * Has one again that could not be renewed in time and that nobody else has taken meanwhile; it has a new signal then. Asks for
   * that long. Raises LeaseLostError. Absent where what is lost stays lost.
   */
  regain?(patienceSeconds: number): Promise<void>;
  /** Never fails: a Lease that can't be given back expires. */
  release(): Promise<void>;
}

/** As often as whoever looks wants to see that its holder lives. */
export const renewalMilliseconds = 5000;

/** As often as it is looked whether the machine has slept: its timers do not count that time. */
const watchMilliseconds = 250;

/** Somebody may change the object at any time, but hardly that often in a row. */
const mostTries = 5;

export interface HeldLeaseOptions {
  readonly durationSeconds: number;
  readonly time: PassedTime;
  /** By that time, before the request that took it. */
  readonly takenAt: number;
}

/** A Lease that was taken, renewed every 5 s, or four times in a shorter duration. */
export class HeldLease implements MigrationLease {
  readonly #api: LeaseApi;
  readonly #durationMilliseconds: number;
  readonly #time: PassedTime;
  #lost = new AbortController();
  /** Set once another one has it or had it: from then on this run has no say any more. */
  #gone: LeaseLostError | undefined;
  #lease: V1Lease;
  #renewedAt: number;
  #askedAt: number;
  /** One question at a time: each needs the version that the one before it made. */
  #asking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(api: LeaseApi, lease: V1Lease, { durationSeconds, time, takenAt }: HeldLeaseOptions) {
    this.#api = api;
    this.#lease = lease;
    this.#durationMilliseconds = durationSeconds * 1000;
    this.#time = time;
    this.#renewedAt = this.#askedAt = takenAt;
    this.#watch();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  throwIfLost(): void {
    // A process that slept through its renewals must not go on before its timers have caught up.
    this.#loseIfTooOld();
    this.#lost.signal.throwIfAborted();
  }

  async confirm(maximumAgeMilliseconds = 0): Promise<void> {
    this.throwIfLost();
    await this.#oneByOne(async () => {
      if (this.#age() >= maximumAgeMilliseconds) await this.#ask();
    });
    this.throwIfLost();
  }

  async regain(patienceSeconds: number): Promise<void> {
    const { namespace, name } = this.#api;
    const awaited = `the cluster to say who has Lease ${name} in namespace ${namespace}`;
    await waitUntil({ awaited, timeoutSeconds: patienceSeconds, intervalMilliseconds: 1000 }, async () => {
      await this.#oneByOne(() => this.#ask());
      return seenDone(undefined);
    });
    if (this.#lost.signal.aborted) {
      this.#lost = new AbortController();
      this.#watch();
    }
    this.throwIfLost();
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#asking.catch(() => undefined);
    if (!this.#lost.signal.aborted) await this.#api.remove(this.#lease).catch(() => undefined);
  }

  #watch(): void {
    const renewalInterval = Math.min(renewalMilliseconds, this.#durationMilliseconds / 4);
    const look = (): void => {
      this.#loseIfTooOld();
      if (this.#lost.signal.aborted || this.#time.now() - this.#askedAt < renewalInterval) return;
      // The API server may be away now, and back for the next one.
      void this.#oneByOne(() => this.#ask()).catch(() => undefined);
    };
    this.#timer = setInterval(look, Math.min(watchMilliseconds, renewalInterval));
    // What is to be awaited is the migration, not this.
    this.#timer.unref();
  }

  #oneByOne(action: () => Promise<void>): Promise<void> {
    this.#askedAt = this.#time.now();
    this.#asking = this.#asking.catch(() => undefined).then(action);
    return this.#asking;
  }

  /** Renews it; raises LeaseLostError when it is another's, and what keeps the API server from answering. */
  async #ask(): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      if (this.#gone !== undefined) throw this.#gone;
      const startedAt = this.#time.now();
      const renewed = await this.#api.replace(renewedNow(this.#lease));
      if (renewed !== "conflict") {
        this.#lease = renewed;
        this.#renewedAt = startedAt;
        return;
      }
      await this.#lookWhy();
      if (tried === mostTries) throw new Error(`Lease ${this.#api.name} is changed all the time by something else`);
    }
  }

  /** An answer that was lost, or somebody who set a label, changes the version and takes nothing. */
  async #lookWhy(): Promise<void> {
    const found = await this.#api.read();
    if (found === undefined) {
      this.#loseForGood("it was deleted");
    } else if (found.metadata?.uid !== this.#lease.metadata?.uid || holder(found) !== holder(this.#lease)) {
      this.#loseForGood(`${holder(found) === "" ? "nobody" : holder(found)} holds it now`);
    } else {
      this.#lease = found;
    }
  }

  #age(): number {
    return this.#time.now() - this.#renewedAt;
  }

  #loseIfTooOld(): void {
    const age = this.#age();
    if (age < this.#durationMilliseconds) return;
    this.#lose(this.#lostBecause(`it could not be renewed for ${Math.round(age / 1000)} s`));
  }

  #loseForGood(how: string): void {
    this.#gone ??= this.#lostBecause(how);
    this.#lose(this.#gone);
  }

  #lose(reason: LeaseLostError): void {
    clearInterval(this.#timer);
    if (!this.#lost.signal.aborted) this.#lost.abort(reason);
  }

  #lostBecause(how: string): LeaseLostError {
    return new LeaseLostError(this.#api.namespace, how, this.#api);
  }
}

function renewedNow(lease: V1Lease): V1Lease {
  const spec = Object.assign(new V1LeaseSpec(), lease.spec, { renewTime: new V1MicroTime() });
  return Object.assign(new V1Lease(), lease, { spec });
}

function holder({ spec }: V1Lease): string {
  return spec?.holderIdentity ?? "";
}

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
