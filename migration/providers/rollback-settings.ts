import type { GivenAddress } from "../connect/etcd-address.ts";
import type { PodSettings } from "../kubernetes/pod-settings.ts";

/** What may have changed since the migration's resource was made. */
export interface RollbackSettings {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly clusterUid?: string;
  readonly timeoutSeconds?: number;
  readonly snapshotDirectory?: string;
  readonly helperPod?: PodSettings;
  /** Where the new etcd is: it may have got other names, or another client certificate. */
  readonly destination?: GivenAddress;
}

/**
 * Pulumi hands a delete only what was recorded when the resource was last made or changed: perhaps on another machine, with
 * another kubeconfig. The guard is checked in each run, before the delete and in the same process, with what holds now. A
 * kubeconfig may be a secret, so this is kept nowhere else.
 */
const current = new Map<string, RollbackSettings>();

export function rememberSettings(migration: { namespace: string; record: string }, settings: RollbackSettings): void {
  current.set(nameOf(migration), settings);
}

/** Undefined where the guard was not checked in this process: in a destroy. */
export function settingsOfThisRun(migration: { namespace: string; record: string }): RollbackSettings | undefined {
  return current.get(nameOf(migration));
}

function nameOf({ namespace, record }: { namespace: string; record: string }): string {
  return `${namespace}/${record}`;
}
