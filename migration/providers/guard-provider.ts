import { isDeepStrictEqual } from "node:util";
import { change } from "../wording/change.ts";
import { errorInSettings, inSettings } from "../wording/in-settings.ts";
import { accessOf, type AccessInputs } from "./request-inputs.ts";
import { watchEngineCancellation } from "./engine-cancellation.ts";
import { etcdAddress, type GivenAddress } from "../connect/etcd-address.ts";
import { keyPrefix } from "../copy/store/key-range.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { ClusterUnreachableError, withoutFullStop } from "../kubernetes/errors.ts";
import { rememberSettings } from "./rollback-settings.ts";
import type { UndoRequest } from "../undo/undo-unfinished-migration.ts";

export { read } from "./made-once.ts";

export interface GuardInputs extends Omit<UndoRequest, "cluster" | "destination" | "prefix">, AccessInputs {
  /** Unknown to guards that an older version made, as is the prefix. */
  readonly destination?: GivenAddress;
  readonly prefix?: string;
  /** Whether the migration is to be rolled back, which its own removal does. */
  readonly rollback?: boolean;
  /** For a rollback, as in MigrationRequest. */
  readonly snapshotDirectory?: string | undefined;
}

/** A rollback could not be asked for, or its request not be taken back: nothing was stopped. */
export class RollbackRequestError extends Error {
  override readonly name = "RollbackRequestError";

  constructor(wanted: boolean, cause: unknown) {
    super(
      wanted
        ? `The rollback is refused: ${withoutFullStop(describeFailure(cause))}. Nothing was changed, and the new Trident serves ` +
            `on if it did. Put that right and run \`pulumi up\` again, or stay with the new Trident: ` +
            `\`${change({ rollback: undefined })} && pulumi up\`.`
        : `The request for a rollback could not be taken back: ${withoutFullStop(describeFailure(cause))}. Put that right and ` +
            `run \`pulumi up\` again.`,
      { cause },
    );
    this.stack = "";
  }
}

/** The old Trident could not be put back while its stack was being destroyed. */
export class UndoFailedError extends Error {
  override readonly name = "UndoFailedError";

  constructor(inputs: GuardInputs, cause: unknown) {
    const { namespace, record, legacyDeployment } = inputs;
    super(
      `Before the record of the migration (ConfigMap ${record} in namespace ${namespace}) is removed, the old Trident ` +
        `(Deployment ${legacyDeployment}) is put back if a migration has left it stopped; that failed: ` +
        `${withoutFullStop(describeFailure(cause))}. Put that right and run \`pulumi destroy\` again. If the cluster is ` +
        `gone for good, there is nothing to put back: \`pulumi stack --show-urns\` shows the URN of the MigrationGuard; ` +
        `\`pulumi state delete URN\` takes it out of the stack, or set PULUMI_K8S_DELETE_UNREACHABLE=true.`,
      { cause },
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

/** Whoever started the destroy has asked it to stop. */
export class UndoInterruptedError extends Error {
  override readonly name = "UndoInterruptedError";

  constructor({ namespace, legacyDeployment }: GuardInputs) {
    super(
      `Interrupted while it was seen to that the old Trident (Deployment ${legacyDeployment} in namespace ${namespace}) is back: if ` +
        `a migration has left it stopped, it may be so still. Its state is on its PersistentVolumeClaim, and the etcd that it was ` +
        `copied to stands. \`pulumi destroy\` goes on from there.`,
    );
    this.stack = "";
  }
}

/** What identifies the migration that is guarded; another of them is another guard. */
const identity = ["namespace", "legacyDeployment", "record"] as const;
const settings = [
  "kubeconfig",
  "context",
  "clusterUid",
  "legacyEtcdContainer",
  "timeoutSeconds",
  "rollback",
  "snapshotDirectory",
  "prefix",
  "discardedKeys",
  "helperPod",
] as const;

/** Nothing is done, unless a rollback is asked for: the guard only remembers what to undo, should it come to that. */
export async function create(inputs: GuardInputs): Promise<{ id: string; outs: GuardInputs }> {
  if (inputs.rollback === true) await ask(inputs, true);
  return { id: `${inputs.namespace}/${inputs.record}`, outs: inputs };
}

/** Runs in each preview and each up, unlike the others. */
export function check(
  _olds: unknown,
  news: GuardInputs,
): Promise<{ inputs: GuardInputs; failures: { property: string; reason: string }[] }> {
  const { kubeconfig, context, clusterUid, timeoutSeconds, snapshotDirectory, helperPod, destination } = news;
  if (news.rollback === true) {
    rememberSettings(news, {
      timeoutSeconds,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
      ...(clusterUid === undefined ? {} : { clusterUid }),
      ...(snapshotDirectory === undefined ? {} : { snapshotDirectory }),
      ...(helperPod === undefined ? {} : { helperPod }),
      ...(destination === undefined ? {} : { destination }),
    });
  }
  return Promise.resolve({ inputs: news, failures: [] });
}

export function diff(
  _id: string,
  olds: GuardInputs,
  news: GuardInputs,
): Promise<{ changes: boolean; replaces: string[] }> {
  const replaces = identity.filter((name) => olds[name] !== news[name]);
  const changed = settings.some((name) => !isDeepStrictEqual(olds[name], news[name]));
  return Promise.resolve({ changes: changed || replaces.length > 0, replaces });
}

/**
 * Asks for a rollback, or takes the request back.
 *
 * @throws RollbackRequestError
 */
export async function update(_id: string, olds: GuardInputs, news: GuardInputs): Promise<{ outs: GuardInputs }> {
  if (news.rollback === true || olds.rollback === true) await ask(news, news.rollback === true);
  return { outs: news };
}

async function ask(inputs: GuardInputs, wanted: boolean): Promise<void> {
  // As below: only where the cluster is asked.
  const { requestRollback, withdrawRequest } = await import("../rollback/request-rollback.ts");
  const { clusterAdapter } = await import("../trident/port/cluster-adapter.ts");
  const cancellation = watchEngineCancellation(() => undefined);
  const { signal } = cancellation;
  try {
    const { snapshotDirectory } = inputs;
    const cluster = clusterAdapter({ ...requestOf(inputs), snapshotDirectory }, { interruption: signal });
    await (wanted ? requestRollback(cluster, report, signal) : withdrawRequest(cluster, report));
  } catch (error) {
    throw errorInSettings(new RollbackRequestError(wanted, error));
  } finally {
    cancellation.stop();
  }
}

/**
 * Pulumi's `delete`, under a name that the language allows: puts the old Trident back if a migration has left it stopped. As
 * the Kubernetes provider does, it gives up on a cluster that can't be reached only when it is told to.
 *
 * @throws UndoFailedError, UndoInterruptedError once Pulumi is told to stop.
 */
export async function remove(_id: string, props: GuardInputs): Promise<void> {
  // Only here: to load the cluster's client takes longer than all else that Pulumi asks of a guard.
  const { undoUnfinishedMigration } = await import("../undo/undo-unfinished-migration.ts");
  const { clusterAdapter } = await import("../trident/port/cluster-adapter.ts");
  const cancellation = watchEngineCancellation(() => undefined);
  const { signal } = cancellation;
  try {
    const cluster = clusterAdapter(requestOf(props), { interruption: signal, endsAtOnce: true });
    await undoUnfinishedMigration(cluster, report, signal);
  } catch (error) {
    if (signal.aborted) throw new UndoInterruptedError(props);
    if (!(error instanceof ClusterUnreachableError) || process.env.PULUMI_K8S_DELETE_UNREACHABLE !== "true") {
      throw errorInSettings(new UndoFailedError(props, error));
    }
    report(
      "The cluster can't be reached and PULUMI_K8S_DELETE_UNREACHABLE is true: the old Trident is not looked for.",
    );
  } finally {
    cancellation.stop();
  }
}

// By name: what Pulumi hands over has properties of its own besides.
function requestOf(props: GuardInputs): UndoRequest {
  const { namespace, legacyDeployment, legacyEtcdContainer, record, timeoutSeconds } = props;
  const { destination, prefix = "/trident/", discardedKeys, helperPod } = props;
  return {
    cluster: accessOf(props),
    prefix: keyPrefix(prefix),
    ...{ namespace, legacyDeployment, legacyEtcdContainer, record, timeoutSeconds },
    ...(destination === undefined ? {} : { destination: etcdAddress(destination) }),
    ...(discardedKeys === undefined ? {} : { discardedKeys }),
    ...(helperPod === undefined ? {} : { helperPod }),
  };
}

function report(line: string): void {
  console.log(inSettings(line));
}
