import { LeaseLostError } from "../../../../migration/lease/held-lease.ts";
import type { StepOf } from "../../../../migration/lease/fenced-steps.ts";
import type { MigrationLease } from "../../../../migration/lease/held-lease.ts";
import type { ClusterPort } from "../../../../migration/trident/port/cluster-port.ts";

export type Step = StepOf<ClusterPort>;
export type When = "before" | "after";

/** Steps that are noted as they are taken, and that fail, are killed or are preceded by something else when a test says so. */
export class FailingSteps {
  /** Those that were taken, in order. */
  readonly steps: Step[] = [];
  /** How many leases are held. */
  leases = 0;
  private lost = new AbortController();
  private readonly failures = new Map<Step, Error>();
  private readonly actions = new Map<Step, () => void>();
  private deadly: { step: Step; when: When; die: () => void } | undefined;

  failAt(step: Step, error: Error): void {
    this.failures.set(step, error);
  }

  healAt(step: Step): void {
    this.failures.delete(step);
  }

  /** Does something just before each such step, as somebody else would. */
  before(step: Step, action: () => void): void {
    this.actions.set(step, action);
  }

  /**
   * Answers once the run has come to the step, which never ends then: as if its process had been killed there, before the
   * step or after it.
   */
  killedAt(step: Step, when: When): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const die = (): void => {
      resolve(undefined);
    };
    this.deadly = { step, when, die };
    return promise;
  }

  acquireLease(): Promise<MigrationLease> {
    return this.take("acquireLease", () => {
      this.leases += 1;
      this.lost = new AbortController();
      const { signal } = this.lost;
      return {
        signal,
        throwIfLost: () => {
          signal.throwIfAborted();
        },
        release: () => {
          this.leases -= 1;
          return Promise.resolve();
        },
      };
    });
  }

  /** Another run takes the Lease over. */
  loseLease(): void {
    this.lost.abort(new LeaseLostError("trident", "another-host-1-00000000 holds it now"));
  }

  protected async take<T>(step: Step, action: () => T | Promise<T>): Promise<T> {
    this.steps.push(step);
    await this.dieAt(step, "before");
    this.actions.get(step)?.();
    const failure = this.failures.get(step);
    if (failure !== undefined) throw failure;
    const result = await action();
    await this.dieAt(step, "after");
    return result;
  }

  private async dieAt(step: Step, when: When): Promise<void> {
    if (this.deadly?.step !== step || this.deadly.when !== when) return;
    const { die } = this.deadly;
    this.deadly = undefined;
    die();
    await new Promise(() => undefined);
  }
}
