import type { OpenStore } from "../connect/open-store.ts";
import { fencedStore } from "./fenced-store.ts";
import type { MigrationLease } from "./held-lease.ts";

/**
 * What a step does to the world: it only `looks`; it `changes` something; or it `opens` an etcd that is written to, and may make a
 * pod for that.
 */
export type Effect = "looks" | "changes" | "opens";

export type StepOf<Environment> = {
  [Name in keyof Environment]-?: Environment[Name] extends (...parameters: never[]) => Promise<unknown> ? Name : never;
}[keyof Environment];

/** Of every step, so that none is forgotten. */
export type Effects<Environment> = Readonly<Record<StepOf<Environment>, Effect>>;

type Step = (...parameters: unknown[]) => Promise<unknown>;

/**
 * The same steps, of which only those that look are taken once the Lease is lost: the others raise its LeaseLostError, as do
 * the writes to an etcd that was opened before.
 */
export function fencedSteps<Environment extends object>(
  environment: Environment,
  effects: Effects<Environment>,
  lease: MigrationLease,
): Environment {
  const steps = environment as unknown as Readonly<Record<string, Step>>;
  const fenced = Object.entries<Effect>(effects).map(([name, effect]): [string, Step] => [
    name,
    async (...parameters) => {
      if (effect !== "looks") lease.throwIfLost();
      const result = await steps[name]?.call(environment, ...parameters);
      return effect === "opens" ? fencedStore(result as OpenStore, lease) : result;
    },
  ]);
  // What is no step, such as a name, is the environment's own.
  return Object.assign(Object.create(environment) as Environment, Object.fromEntries(fenced));
}
