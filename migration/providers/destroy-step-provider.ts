import { watchEngineCancellation } from "./engine-cancellation.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { ClusterUnreachableError, withoutFullStop } from "../kubernetes/errors.ts";
import { openUntil } from "../kubernetes/connections/request-gate.ts";
import { unlessAborted } from "../kubernetes/wait-until.ts";
import type { FinalSnapshotAdvice } from "../destroy/final-snapshot-errors.ts";
import type { KeptThing } from "../destroy/kept-report.ts";
import type { StackGuardRequest } from "../destroy/stack-guard.ts";

export { read } from "./made-once.ts";

/** What is done when a stack is destroyed, with what the last `up` knew: nothing is asked of the configuration then. */
export type DestroyStepInputs = (
  | ({
      readonly step: "finalSnapshot" | "finalSnapshotTrial";
      readonly clientSecret: string;
      readonly snapshotDirectory: string;
      /** The ConfigMap with the etcd's recorded id; unknown to steps of older versions. */
      readonly record?: string;
      /** Unknown to steps of older versions, too. */
      readonly advice?: FinalSnapshotAdvice;
    } & OfCluster)
  | ({ readonly step: "membersGone"; readonly timeoutSeconds: number } & OfCluster)
  | { readonly step: "definitionRemoval"; readonly timeoutSeconds: number }
  | { readonly step: "keptReport"; readonly kept: readonly KeptThing[] }
  | ({ readonly step: "stackGuard"; readonly clusterUid: string } & Omit<StackGuardRequest, "clusterUid">)
) & {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** As in ClusterAccess; older versions did not know it. */
  readonly clusterUid?: string;
};

interface OfCluster {
  readonly namespace: string;
  readonly etcdCluster: string;
}

/** A step of a destroy could not be taken. */
export class DestroyStepError extends Error {
  override readonly name = "DestroyStepError";

  constructor(cause: unknown) {
    super(
      `${withoutFullStop(describeFailure(cause))}. Put that right and run \`pulumi destroy\` again. If the cluster is gone for ` +
        `good, set PULUMI_K8S_DELETE_UNREACHABLE=true.`,
      { cause },
    );
    // Pulumi prints the stack beside the message, which says all that there is to say.
    this.stack = "";
  }
}

/** Whoever started the destroy has asked it to stop. */
export class DestroyInterruptedError extends Error {
  override readonly name = "DestroyInterruptedError";

  constructor(inputs: DestroyStepInputs) {
    super(`Interrupted ${whereItStands(inputs)}. \`pulumi destroy\` goes on from there.`);
    this.stack = "";
  }
}

function whereItStands(inputs: DestroyStepInputs): string {
  const etcd = "etcdCluster" in inputs ? `EtcdCluster ${inputs.etcdCluster} in namespace ${inputs.namespace}` : "";
  switch (inputs.step) {
    case "stackGuard":
      return "before anything was deleted";
    case "finalSnapshot":
      return `while a last snapshot of ${etcd} was being saved: none is kept of this try, and the etcd stands`;
    case "finalSnapshotTrial":
      return `while it was tried whether a last snapshot of ${etcd} can be saved: nothing that uses it was deleted`;
    case "membersGone":
      return `while the members of ${etcd} were waited for: it is deleted, and Kubernetes removes them by itself`;
    case "definitionRemoval":
      return "while the definition of EtcdCluster was being removed if nobody uses it: it may be there still";
    case "keptReport":
      return "while it was looked for what is kept: all else is deleted";
  }
}

/** What it is about; another of them is another step. */
const identity = ["step", "namespace", "etcdCluster"];

/** Nothing is done: the step only remembers what it will take. */
export function create(inputs: DestroyStepInputs): Promise<{ id: string; outs: DestroyStepInputs }> {
  const place = "etcdCluster" in inputs ? `/${inputs.namespace}/${inputs.etcdCluster}` : "";
  return Promise.resolve({ id: `${inputs.step}${place}`, outs: inputs });
}

export function check(
  _olds: unknown,
  news: DestroyStepInputs,
): Promise<{ inputs: DestroyStepInputs; failures: { property: string; reason: string }[] }> {
  return Promise.resolve({ inputs: news, failures: [] });
}

export function diff(
  _id: string,
  olds: DestroyStepInputs,
  news: DestroyStepInputs,
): Promise<{ changes: boolean; replaces: string[] }> {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((name) => !name.startsWith("__"));
  const changed = names.filter((name) => textOf(olds, name) !== textOf(news, name));
  return Promise.resolve({ changes: changed.length > 0, replaces: changed.filter((name) => identity.includes(name)) });
}

function textOf(inputs: DestroyStepInputs, name: string): string | undefined {
  return sorted((inputs as unknown as Readonly<Record<string, unknown>>)[name]);
}

/** Pulumi's state does not keep the order of an object's properties. */
function sorted(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

export function update(_id: string, _olds: unknown, news: DestroyStepInputs): Promise<{ outs: DestroyStepInputs }> {
  return Promise.resolve({ outs: news });
}

/**
 * Pulumi's `delete`, under a name that the language allows: takes the step. As the Kubernetes provider does, it gives up on a
 * cluster that can't be reached only when it is told to. Once Pulumi is told to stop it ends at once, wherever it stands.
 *
 * @throws FinalSnapshotError, MembersRemainError, OtherClusterError, StackTakenOverError, NotOwnObjectError,
 *   DestroyInterruptedError, DestroyStepError
 */
export async function remove(_id: string, props: DestroyStepInputs): Promise<void> {
  const cancellation = watchEngineCancellation(() => undefined);
  const { signal } = cancellation;
  try {
    await unlessAborted(take(props, signal), signal);
  } catch (error) {
    if (signal.aborted) throw new DestroyInterruptedError(props);
    if (error instanceof ClusterUnreachableError && process.env.PULUMI_K8S_DELETE_UNREACHABLE === "true") {
      report(`The cluster can't be reached and PULUMI_K8S_DELETE_UNREACHABLE is true: ${skipped[props.step]}.`);
      return;
    }
    throw saysItAll(error) ? error : new DestroyStepError(error);
  } finally {
    cancellation.stop();
  }
}

const skipped: Readonly<Record<DestroyStepInputs["step"], string>> = {
  finalSnapshot: "no snapshot is saved",
  finalSnapshotTrial: "whether a snapshot can be saved is not tried",
  membersGone: "members are not waited for",
  definitionRemoval: "the definition of EtcdCluster is not looked for",
  keptReport: "what is kept is not looked for",
  stackGuard: "whether this is the stack's own cluster is not looked at",
};

const complete = ["MembersRemainError", "OtherClusterError", "StackTakenOverError", "NotOwnObjectError"];

function saysItAll(error: unknown): boolean {
  return error instanceof Error && (error.name.startsWith("FinalSnapshot") || complete.includes(error.name));
}

// Loaded only here: the cluster's client takes longer than all else that Pulumi asks of a step.
async function take(props: DestroyStepInputs, interruption: AbortSignal): Promise<void> {
  const { kubeconfig, context, clusterUid } = props;
  const access = { kubeconfig, context, clusterUid };
  switch (props.step) {
    case "stackGuard": {
      const { connectToCluster } = await import("../kubernetes/cluster-client.ts");
      const { guardStack } = await import("../destroy/stack-guard.ts");
      // Without the uid, for an error that says what its own cluster was called.
      return guardStack(connectToCluster({ kubeconfig, context }).behind(openUntil(interruption)), props);
    }
    case "finalSnapshot":
    case "finalSnapshotTrial": {
      const { snapshotFolder } = await import("../snapshot/snapshot-folder.ts");
      const folder = snapshotFolder(props.snapshotDirectory, props.namespace);
      if (folder === undefined) return;
      const { saveFinalSnapshot } = await import("../destroy/final-snapshot.ts");
      const { finalSnapshotOnCluster } = await import("../destroy/final-snapshot-on-cluster.ts");
      const { namespace, etcdCluster, clientSecret, record, advice } = props;
      const isTrial = props.step === "finalSnapshotTrial";
      const known = { ...(record === undefined ? {} : { record }), ...(advice === undefined ? {} : { advice }) };
      const request = { namespace, etcdCluster, clientSecret, folder, isTrial, cluster: access, ...known };
      return saveFinalSnapshot(finalSnapshotOnCluster(request, interruption), report);
    }
    case "membersGone": {
      const { connectToCluster } = await import("../kubernetes/cluster-client.ts");
      const { waitUntilMembersAreGone } = await import("../destroy/members-gone.ts");
      return waitUntilMembersAreGone(connectToCluster(access).behind(openUntil(interruption)), props, report);
    }
    case "definitionRemoval": {
      const { connectToCluster } = await import("../kubernetes/cluster-client.ts");
      const { removeCrdIfUnused } = await import("../destroy/crd-removal.ts");
      return removeCrdIfUnused(connectToCluster(access).behind(openUntil(interruption)), props, report);
    }
    case "keptReport": {
      const { keptReader, reportKept } = await import("../destroy/kept-report.ts");
      const lines = await reportKept(keptReader(access), props.kept);
      if (lines.length > 0) report(lines.join("\n"));
    }
  }
}

function report(line: string): void {
  console.log(line);
}
