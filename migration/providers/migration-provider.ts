import { errorInSettings, inSettings } from "../wording/in-settings.ts";
import { destinationOf } from "../connect/etcd-address.ts";
import { accessOf, requestOf, type InputsOf } from "./request-inputs.ts";
import { watchEngineCancellation } from "./engine-cancellation.ts";
import type { MigrationRequest, MigrationResult } from "../migrate/migrate-trident-state.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { ClusterUnreachableError, withoutFullStop } from "../kubernetes/errors.ts";
import { keyPrefix } from "../copy/store/key-range.ts";
import { RollbackError } from "../rollback/rollback.ts";
import { settingsOfThisRun } from "./rollback-settings.ts";

export { read, update } from "./made-once.ts";

export type MigrationInputs = InputsOf<MigrationRequest>;

/** What is kept of a migration: its result, and what a rollback of it, Pulumi's `delete`, has to know. */
export type MigrationOutputs = MigrationInputs & MigrationResult;

/**
 * The migration as a Pulumi dynamic provider's functions, without Pulumi. Progress lines go to the standard output. Once Pulumi
 * is told to stop, by ^C, the migration is taken back, unless the new Trident serves already.
 *
 * @throws Error with the message of what migrateTridentState raised; nothing else of it, since Pulumi takes an error that has
 *   an `id` for a resource that was created.
 */
export async function create(inputs: MigrationInputs): Promise<{ id: string; outs: MigrationOutputs }> {
  const cancellation = watchEngineCancellation(() => {
    report(interrupted);
  });
  // Only here: a preview, and an up that changes nothing, have no use for it, and it takes long to load.
  const { migrateTridentState } = await import("../migrate/migrate-trident-state.ts");
  try {
    const result = await migrateTridentState(requestOf(inputs), report, cancellation.signal);
    return { id: `${inputs.namespace}/${inputs.record}`, outs: { ...inputs, ...result } };
  } catch (error) {
    throw new Error(inSettings(error instanceof Error ? error.message : String(error)), { cause: error });
  } finally {
    cancellation.stop();
  }
}

const interrupted =
  "Interrupted: the migration is being taken back, unless the new Trident serves already; if the old Trident was stopped, it is " +
  "put back. Another ^C leaves all as it is at that moment, for the next `pulumi up` or `pulumi destroy` to put right.";

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

/**
 * Pulumi's `delete`, under a name that the language allows: rolls the migration back when its record says that this is asked
 * for, and does nothing otherwise. Once Pulumi is told to stop, the new Trident serves again, unless the old one does. It gives up on a cluster that can't be reached only when it is told to, as the Kubernetes
 * provider does.
 *
 * @param idOrProps The id. The text that older versions have frozen into the state of stacks says the properties alone.
 * @throws RollbackError
 */
export async function remove(
  idOrProps: string | MigrationOutputs,
  props = idOrProps as MigrationOutputs,
): Promise<void> {
  const { rollBack } = await import("../rollback/roll-back.ts");
  const { clusterAdapter } = await import("../trident/port/cluster-adapter.ts");
  const cancellation = watchEngineCancellation(() => {
    report(rollbackInterrupted);
  });
  try {
    const { signal } = cancellation;
    await rollBack(clusterAdapter(rollbackRequest(props), { interruption: signal }), report, signal);
  } catch (error) {
    if (error instanceof ClusterUnreachableError && process.env.PULUMI_K8S_DELETE_UNREACHABLE === "true") {
      report("The cluster can't be reached and PULUMI_K8S_DELETE_UNREACHABLE is true: no rollback is looked for.");
      return;
    }
    throw errorInSettings(error instanceof RollbackError ? error : new MigrationNotRemovedError(props, error));
  } finally {
    cancellation.stop();
  }
}

const rollbackInterrupted =
  "Interrupted: if a rollback is under way, it is stopped and the new Trident serves again, unless the old one serves already. " +
  "Another ^C leaves all as it is at that moment, for the next `pulumi up` to go on from.";

/** Whether a rollback is asked for could not be found out. */
export class MigrationNotRemovedError extends Error {
  override readonly name = "MigrationNotRemovedError";

  constructor({ namespace, record }: MigrationInputs, cause: unknown) {
    super(
      `Before the migration is removed from the stack, its record (ConfigMap ${record} in namespace ${namespace}) is asked ` +
        `whether it is to be rolled back; that failed: ${withoutFullStop(describeFailure(cause))}. Put that right and run the ` +
        `same again. If the cluster is gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true.`,
      { cause },
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

/** As the migration was asked for, but for what holds in this run. By name: Pulumi hands over properties of its own besides. */
function rollbackRequest(props: MigrationOutputs): MigrationRequest {
  const { namespace, legacyDeployment, legacyEtcdContainer, record } = props;
  const now = settingsOfThisRun(props) ?? props;
  const snapshotDirectory = now.snapshotDirectory ?? props.snapshotDirectory;
  const helperPod = now === props ? props.helperPod : now.helperPod;
  return {
    ...{ namespace, legacyDeployment, legacyEtcdContainer, record, prefix: keyPrefix(props.prefix) },
    destination: destinationOf({ ...props, ...now }),
    cluster: accessOf(now),
    timeoutSeconds: now.timeoutSeconds ?? props.timeoutSeconds,
    ...(snapshotDirectory === undefined ? {} : { snapshotDirectory }),
    ...(helperPod === undefined ? {} : { helperPod }),
    ...(props.newTrident === undefined ? {} : { newTrident: props.newTrident }),
  };
}

function report(line: string): void {
  console.log(inSettings(line));
}
