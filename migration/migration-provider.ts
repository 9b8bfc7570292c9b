import { migrateTridentState } from "./migrate-trident-state.ts";
import type { MigrationRequest, MigrationResult } from "./migrate-trident-state.ts";

/** A request whose cluster is spread out, so that a kubeconfig is a property of its own. */
export interface MigrationInputs extends Omit<MigrationRequest, "cluster"> {
  /** As in ClusterAccess. A secret when it is the contents of a kubeconfig: it must not come among the outputs. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * The migration as a Pulumi dynamic provider's functions, without Pulumi. Progress lines go to the standard output.
 *
 * @throws Error with the message of what migrateTridentState raised; nothing else of it, since Pulumi takes an error that has
 *   an `id` for a resource that was created.
 */
export async function create(inputs: MigrationInputs): Promise<{ id: string; outs: MigrationResult }> {
  const { kubeconfig, context, ...request } = inputs;
  try {
    const outs = await migrateTridentState({ ...request, cluster: definedOnly({ kubeconfig, context }) }, report);
    return { id: `${request.namespace}/${request.record}`, outs };
  } catch (error) {
    throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export interface CheckResult {
  inputs: MigrationInputs;
  failures: { property: string; reason: string }[];
}

/** Refuses what can be refused without a look at the cluster. Runs in previews, too. */
export function check(_olds: unknown, news: MigrationInputs): Promise<CheckResult> {
  const failures = /^\/.+\/$/.test(news.prefix)
    ? []
    : [{ property: "prefix", reason: `is "${news.prefix}": only keys below a prefix are copied, such as /trident/` }];
  return Promise.resolve({ inputs: news, failures });
}

/** A finished migration is never repeated, whatever changes: by then the old state is older than the new one. */
export function diff(): Promise<{ changes: false; replaces: [] }> {
  return Promise.resolve({ changes: false, replaces: [] });
}

/** What was recorded stays; there is nothing to look up. */
export function read<Properties>(id: string, props: Properties): Promise<{ id: string; props: Properties }> {
  return Promise.resolve({ id, props });
}

/** Pulumi asks only after a change, of which there is none; keeps the outputs should it ask all the same. */
export function update<Outputs>(_id: string, olds: Outputs): Promise<{ outs: Outputs }> {
  return Promise.resolve({ outs: olds });
}

function report(line: string): void {
  console.log(line);
}

function definedOnly(cluster: { kubeconfig: string | undefined; context: string | undefined }): {
  kubeconfig?: string;
  context?: string;
} {
  return {
    ...(cluster.kubeconfig === undefined ? {} : { kubeconfig: cluster.kubeconfig }),
    ...(cluster.context === undefined ? {} : { context: cluster.context }),
  };
}
