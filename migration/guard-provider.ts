import { describeFailure } from "./kubernetes/describe-failure.ts";
import { ClusterUnreachableError, withoutFullStop } from "./kubernetes/errors.ts";
import { undoOnCluster, undoUnfinishedMigration, type UndoRequest } from "./undo/undo-unfinished-migration.ts";

/** A request whose cluster is spread out, so that a kubeconfig is a property of its own. */
export interface GuardInputs extends Omit<UndoRequest, "cluster"> {
  readonly kubeconfig?: string;
  readonly context?: string;
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

/** What identifies the migration that is guarded; another of them is another guard. */
const identity = ["namespace", "legacyDeployment", "record"] as const;
const settings = ["kubeconfig", "context", "legacyEtcdContainer", "timeoutSeconds"] as const;

/** Nothing is done: the guard only remembers what to undo, should it come to that. */
export function create(inputs: GuardInputs): Promise<{ id: string; outs: GuardInputs }> {
  return Promise.resolve({ id: `${inputs.namespace}/${inputs.record}`, outs: inputs });
}

export function check(
  _olds: unknown,
  news: GuardInputs,
): Promise<{ inputs: GuardInputs; failures: { property: string; reason: string }[] }> {
  return Promise.resolve({ inputs: news, failures: [] });
}

export function diff(
  _id: string,
  olds: GuardInputs,
  news: GuardInputs,
): Promise<{ changes: boolean; replaces: string[] }> {
  const replaces = identity.filter((name) => olds[name] !== news[name]);
  const changed = settings.some((name) => olds[name] !== news[name]);
  return Promise.resolve({ changes: changed || replaces.length > 0, replaces });
}

export function update(_id: string, _olds: GuardInputs, news: GuardInputs): Promise<{ outs: GuardInputs }> {
  return Promise.resolve({ outs: news });
}

/** What was remembered stays; there is nothing to look up. */
export function read<Properties>(id: string, props: Properties): Promise<{ id: string; props: Properties }> {
  return Promise.resolve({ id, props });
}

/**
 * Pulumi's `delete`, under a name that the language allows: puts the old Trident back if a migration has left it stopped. As
 * the Kubernetes provider does, it gives up on a cluster that can't be reached only when it is told to.
 *
 * @throws UndoFailedError
 */
export async function remove(_id: string, props: GuardInputs): Promise<void> {
  try {
    await undoUnfinishedMigration(undoOnCluster(requestOf(props)), report);
  } catch (error) {
    if (!(error instanceof ClusterUnreachableError) || process.env.PULUMI_K8S_DELETE_UNREACHABLE !== "true") {
      throw new UndoFailedError(props, error);
    }
    report(
      "The cluster can't be reached and PULUMI_K8S_DELETE_UNREACHABLE is true: the old Trident is not looked for.",
    );
  }
}

// By name: what Pulumi hands over has properties of its own besides.
function requestOf(props: GuardInputs): UndoRequest {
  const { kubeconfig, context, namespace, legacyDeployment, legacyEtcdContainer, record, timeoutSeconds } = props;
  return { cluster: { kubeconfig, context }, namespace, legacyDeployment, legacyEtcdContainer, record, timeoutSeconds };
}

function report(line: string): void {
  console.log(line);
}
