import { LeaseLostError } from "../../../../migration/lease/held-lease.ts";
import type { MigrationLease } from "../../../../migration/lease/held-lease.ts";
import { clusterEffects, type ClusterPort } from "../../../../migration/trident/port/cluster-port.ts";

/** At the how-manieth step of a run, counted from 0, and on which side of it. */
export interface Nap {
  readonly index: number;
  readonly when: "before" | "after";
}

export interface SleepingRun {
  /** The world as the run sees it, with a Lease of its own. */
  readonly cluster: ClusterPort;
  /** Once it has fallen asleep. */
  readonly asleep: Promise<void>;
  /** Another run has had its Lease meanwhile. What it was at when it fell asleep fails if it was not done by then. */
  wake(): void;
  /** The steps that it took once it was awake, but for those that only look. */
  readonly changes: readonly string[];
}

/** A run on a machine that is suspended at a step, and wakes when somebody says so. */
export function sleepingRun(world: ClusterPort, nap: Nap): SleepingRun {
  const lost = new AbortController();
  const asleep = Promise.withResolvers<undefined>();
  const awake = Promise.withResolvers<undefined>();
  const changes: string[] = [];
  let taken = 0;
  let isAwake = false;
  const sleep = async (): Promise<void> => {
    asleep.resolve(undefined);
    await awake.promise;
  };
  const steps = world as unknown as Readonly<Record<string, (...parameters: unknown[]) => Promise<unknown>>>;
  const seen = Object.entries<string>(clusterEffects).map(([name, effect]): [string, unknown] => [
    name,
    async (...parameters: unknown[]) => {
      if (isAwake && effect !== "looks") changes.push(name);
      const sleeps = taken === nap.index;
      taken += 1;
      if (sleeps && nap.when === "before") {
        await sleep();
        throw new Error(`${name}: the connection is gone`);
      }
      const result = await steps[name]?.call(world, ...parameters);
      if (sleeps) await sleep();
      return name === "acquireLease" ? leaseOf(lost.signal) : result;
    },
  ]);
  return {
    cluster: Object.assign(Object.create(world) as ClusterPort, Object.fromEntries(seen)),
    asleep: asleep.promise,
    wake: () => {
      isAwake = true;
      lost.abort(new LeaseLostError("trident", "another-host-1-00000000 holds it now"));
      awake.resolve(undefined);
    },
    changes,
  };
}

function leaseOf(signal: AbortSignal): MigrationLease {
  return {
    signal,
    throwIfLost: () => {
      signal.throwIfAborted();
    },
    release: () => Promise.resolve(),
  };
}

/** Both sides of each of so many steps, but for the first ones, which come before the Lease. */
export function napsAt(steps: readonly string[]): (Nap & { readonly step: string })[] {
  const first = steps.indexOf("acquireLease") + 1;
  return steps
    .map((step, index) => ({ step, index }))
    .slice(first)
    .flatMap((each) => [
      { ...each, when: "before" as const },
      { ...each, when: "after" as const },
    ]);
}
